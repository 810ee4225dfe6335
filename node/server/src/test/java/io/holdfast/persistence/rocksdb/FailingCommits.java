package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.AbstractExtensionId;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Extension;
import org.apache.pekko.actor.ExtensionIdProvider;
import org.apache.pekko.actor.typed.ActorSystem;
import org.rocksdb.RocksDBException;

/**
 * A disk that takes nothing more when a test says so, in actor systems that are started with {@link #CONFIG}: in this package, as nobody else may stand
 * between a journal and its disk.
 */
public final class FailingCommits extends AbstractExtensionId<FailingCommits.Disk> implements ExtensionIdProvider {
    /** An extension, so that it is there before the journal is opened. */
    public static final Config CONFIG = ConfigFactory.parseMap(Map.of(
            "pekko.extensions",
            List.of(FailingCommits.class.getName()),
            "holdfast.persistence.rocksdb.journal.reopen-interval",
            "50 ms",
            "holdfast.persistence.rocksdb.journal.reopen-free-space",
            "1 MiB"));

    private static final FailingCommits ID = new FailingCommits();

    /** Of one actor system. */
    public static final class Disk implements Extension {
        private volatile boolean failing;

        public void fail(boolean failing) {
            this.failing = failing;
        }
    }

    public static Disk of(ActorSystem<?> system) {
        return ID.get(system.classicSystem());
    }

    @Override
    public FailingCommits lookup() {
        return ID;
    }

    @Override
    public Disk createExtension(ExtendedActorSystem system) {
        var disk = new Disk();
        RocksStorage.get(system).interceptCommits((engine, batch) -> {
            if (disk.failing) {
                throw new RocksDBException("IO error: No space left on device: While appending");
            }
            engine.commit(batch);
        });
        return disk;
    }
}
