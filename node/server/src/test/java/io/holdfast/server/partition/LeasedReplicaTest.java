package io.holdfast.server.partition;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LeasedReplicaTest extends LeasedReplicas {
    @TempDir
    Path dir;

    @Override
    JournalKind journals() {
        return JournalKind.rocksdb(dir);
    }
}
