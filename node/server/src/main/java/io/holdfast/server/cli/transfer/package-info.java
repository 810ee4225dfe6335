/** {@code import} and {@code export}: files to keyspaces and back, streamed, with progress. */
package io.holdfast.server.cli.transfer;
