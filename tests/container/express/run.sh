#!/bin/sh
# Starts the app as the handler of a function.
cd "$(dirname "$0")" && exec node app.js public
