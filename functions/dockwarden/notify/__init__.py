"""How people are told: cards, the outbox they wait in, and the chat that shows them."""
