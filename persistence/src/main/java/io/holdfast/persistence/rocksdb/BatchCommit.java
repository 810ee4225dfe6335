package io.holdfast.persistence.rocksdb;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** The one moment at which data becomes durable. A seam, so that tests can make the disk fail there. */
@FunctionalInterface
interface BatchCommit {
    BatchCommit TO_DISK = RocksEngine::commit;

    void commit(RocksEngine engine, WriteBatch batch) throws RocksDBException;
}
