package io.holdfast.server.cli.transfer;

import java.io.IOException;
import java.util.Optional;

/** The records of a file, one at a time. */
interface RowSource {
    /** The next row; empty at the end. After a bad row that is not the last, the next one is the next record. */
    Optional<Row> next() throws IOException;
}
