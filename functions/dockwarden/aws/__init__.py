"""The edge to AWS: facts answered and actions performed through boto3, and nothing decided."""
