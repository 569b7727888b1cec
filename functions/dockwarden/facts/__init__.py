"""What a playbook may ask about the world: small read-only protocols and the values they answer with."""
