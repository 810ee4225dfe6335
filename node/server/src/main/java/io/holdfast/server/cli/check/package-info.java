/** {@code check}: transactions under faults, and a judgement of their history. */
package io.holdfast.server.cli.check;
