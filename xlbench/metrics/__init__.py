"""The field's metrics as pure functions, each with its source."""
