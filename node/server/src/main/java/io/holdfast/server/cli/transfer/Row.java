package io.holdfast.server.cli.transfer;

import com.fasterxml.jackson.databind.JsonNode;

/** What one place of a file gave. */
sealed interface Row {
    /** The line it starts on, from 1. */
    long line();

    /** A record. */
    record Read(long line, JsonNode json) implements Row {}

    /**
     * No record.
     *
     * @param last what follows cannot be read either
     */
    record Bad(long line, String why, boolean last) implements Row {}
}
