# Completion of kreisel for bash, loaded when it is first asked for.
eval "$(kreisel completion bash)"
