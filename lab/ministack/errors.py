class LabError(Exception):
    """Something that keeps the local AWS from starting or running, said in one sentence for the reader."""
