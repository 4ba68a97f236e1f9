"""What each command says, as blocks of finished text: the model in, one language out, no looks."""
