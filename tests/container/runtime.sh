#!/bin/sh
# Stands for the bootstrap of a managed runtime, which starts the wrapper with the runtime's own command.
exec "$AWS_LAMBDA_EXEC_WRAPPER" /var/lang/bin/runtime /var/runtime/bootstrap
