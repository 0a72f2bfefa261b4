"""Tables and other views of results."""
