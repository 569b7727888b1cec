"""The demo: the real stacks deployed into the local AWS, and what happens then, told step by step."""
