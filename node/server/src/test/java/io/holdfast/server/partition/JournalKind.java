package io.holdfast.server.partition;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.cassandra.SiteCassandra;
import io.holdfast.server.TestCassandra;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Where the replicas of a test keep their journals. */
interface JournalKind {
    /** Sites that have a keyspace in the shared Cassandra: creating one takes seconds. */
    Set<String> CREATED = ConcurrentHashMap.newKeySet();

    /** A keyspace for each site, created when it is first asked for, and used by all tests. */
    JournalKind CASSANDRA = site -> {
        Config config = TestCassandra.config(TestCassandra.shared(), "site_" + site);
        if (CREATED.add(site)) {
            try (var cassandra = SiteCassandra.connect(config.withFallback(ConfigFactory.load()))) {
                cassandra.createSchema(1);
            }
        }
        return config;
    };

    /** The settings of one site's actor system. */
    Config of(String site);

    /** A directory for each site. */
    static JournalKind rocksdb(Path dir) {
        return site -> ConfigFactory.parseMap(Map.of(
                "pekko.persistence.journal.plugin",
                "holdfast.persistence.rocksdb.journal",
                "pekko.persistence.snapshot-store.plugin",
                "holdfast.persistence.rocksdb.snapshot-store",
                "holdfast.persistence.rocksdb.journal.dir",
                dir.resolve(site).toString(),
                "holdfast.persistence.rocksdb.snapshot-store.dir",
                dir.resolve(site).toString()));
    }
}
