package io.holdfast.server.grpc;

import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.v1.Reason;
import java.util.ArrayList;
import java.util.List;

/** What a transaction has read and will write in one partition, as it is put together. */
final class ReadWriteSetBuilder {
    final List<ReadWriteSet.Read> reads = new ArrayList<>();
    final List<ReadWriteSet.Range> ranges = new ArrayList<>();
    final List<ReadWriteSet.Write> writes = new ArrayList<>();

    /** @throws Problem if a key is written twice */
    ReadWriteSet build() {
        try {
            return new ReadWriteSet(reads, ranges, writes);
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "Something is wrong with the transaction: " + e.getMessage()
                            + ". Send only the last write of a key.");
        }
    }
}
