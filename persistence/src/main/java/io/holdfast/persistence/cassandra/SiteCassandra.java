package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.stream.connectors.cassandra.DriverConfigLoaderFromConfig;

/**
 * A connection to a site's Cassandra outside of any actor system, to look at its schema and to create it. Blocks; for one thread.
 *
 * <p>All methods throw {@link CassandraException}, with a message for people.
 */
public final class SiteCassandra implements AutoCloseable {
    private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

    private final CqlSession session;
    private final String place;
    private final String keyspace;
    private final String datacenter;

    private SiteCassandra(CqlSession session, String place, String keyspace, String datacenter) {
        this.session = session;
        this.place = place;
        this.keyspace = keyspace;
        this.datacenter = datacenter;
    }

    /** @param config of the actor system that keeps its journal there */
    public static SiteCassandra connect(Config config) {
        Config section = config.getConfig(CassandraStorage.SECTION);
        Config driver = section.getConfig("driver")
                .withValue("advanced.reconnect-on-init", ConfigValueFactory.fromAnyRef(false))
                .withFallback(config.getConfig("datastax-java-driver"));
        String place = "the Cassandra at " + String.join(", ", driver.getStringList("basic.contact-points"));
        try {
            CqlSession session = CqlSession.builder()
                    .withConfigLoader(DriverConfigLoaderFromConfig.fromConfig(driver))
                    .build();
            return new SiteCassandra(
                    session,
                    place,
                    section.getString("journal.keyspace"),
                    driver.getString("basic.load-balancing-policy.local-datacenter"));
        } catch (AllNodesFailedException e) {
            throw notConnected(place, e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw CassandraException.mistake(
                    "The settings of persistence.cassandra cannot be used: " + CassandraErrors.reason(e), e);
        }
    }

    static CassandraException notConnected(String place, AllNodesFailedException e) {
        boolean refused =
                e.getAllErrors().values().stream().flatMap(List::stream).anyMatch(SiteCassandra::refusesLogin);
        if (refused) {
            return CassandraException.mistake(
                    "Login failed at " + place + " (" + CassandraErrors.reason(e)
                            + "): check persistence.cassandra.username and password",
                    e);
        }
        return CassandraException.mayHeal(
                "Cannot connect to " + place + " (" + CassandraErrors.reason(e)
                        + "): start it, or check persistence.cassandra.contact-points, the network, and tls",
                e);
    }

    /** Cassandra says the same where it cannot read its own table of users, as while too few of its nodes are there. */
    private static boolean refusesLogin(Throwable error) {
        return error instanceof AuthenticationException
                && !String.valueOf(error.getMessage()).contains("Unable to perform authentication");
    }

    /** Fails unless a node may keep its journal here. */
    public void requireUsable() {
        facts().requireUsable();
    }

    private KeyspaceFacts facts() {
        return asking(() -> {
            var known = new KeyspaceFacts(place, keyspace, datacenter, nodes(), Optional.empty(), Optional.empty());
            // Without a node of that data center the driver asks nobody.
            known.requireDatacenter();
            Optional<Map<String, String>> replication = one(
                            "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?", keyspace)
                    .map(row -> row.getMap("replication", String.class, String.class));
            Optional<Integer> format = replication.flatMap(there -> format());
            return new KeyspaceFacts(place, keyspace, datacenter, nodes(), replication, format);
        });
    }

    private Map<String, Integer> nodes() {
        Map<String, Integer> nodes = new HashMap<>();
        for (Node node : session.getMetadata().getNodes().values()) {
            if (node.getDatacenter() != null) {
                nodes.merge(node.getDatacenter(), 1, Integer::sum);
            }
        }
        return nodes;
    }

    /** The last thing that is written when a schema is created. */
    private Optional<Integer> format() {
        long tables = session
                .execute(SimpleStatement.newInstance(
                        "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?", keyspace))
                .all()
                .stream()
                .map(row -> row.getString("table_name"))
                .filter(CassandraSchema.TABLES::contains)
                .count();
        return tables < CassandraSchema.TABLES.size() || value("id").isEmpty()
                ? Optional.empty()
                : value("format").map(ByteBuffer::getInt);
    }

    private Optional<ByteBuffer> value(String name) {
        return one("SELECT value FROM " + keyspace + ".storage WHERE name = ?", name)
                .map(row -> row.getByteBuffer("value"));
    }

    private Optional<Row> one(String cql, String value) {
        return Optional.ofNullable(
                session.execute(SimpleStatement.newInstance(cql, value)).one());
    }

    /**
     * Creates the keyspace and its tables, as far as they are missing, and gives the storage its identity. What is there stays as it is. Repeating it is safe.
     *
     * @param copies of each row in the site's data center
     */
    public void createSchema(int copies) {
        KeyspaceFacts before = facts();
        before.requireCopies(copies);
        if (before.replication().isPresent() && before.copies() != copies) {
            throw CassandraException.mistake("The keyspace '" + keyspace + "' in " + place
                    + " is there already, with replication " + before.copies() + ", not " + copies
                    + ": give that, or alter the keyspace first, while no node of this site runs: stop them, ALTER KEYSPACE, nodetool repair -full"
                    + " on every node of Cassandra, and start them");
        }
        asking(() -> {
            schema(CassandraSchema.keyspace(keyspace, datacenter, copies));
            CassandraSchema.tables(keyspace).forEach(this::schema);
            keepFirst("id", ByteBuffer.allocate(Long.BYTES).putLong(0, newIdentity()));
            keepFirst("format", ByteBuffer.allocate(Integer.BYTES).putInt(0, CassandraSchema.FORMAT));
            return null;
        });
    }

    /** Drops the keyspace with all that is in it, and creates it anew: another storage. No node may be running on it. */
    public void replaceSchema(int copies) {
        facts().requireCopies(copies);
        asking(() -> {
            schema("DROP KEYSPACE IF EXISTS " + keyspace);
            return null;
        });
        createSchema(copies);
    }

    private void schema(String statement) {
        session.execute(SimpleStatement.newInstance(statement).setTimeout(SCHEMA_TIMEOUT));
    }

    private void keepFirst(String name, ByteBuffer value) {
        session.execute(SimpleStatement.newInstance(
                        "INSERT INTO " + keyspace + ".storage (name, value) VALUES (?, ?) IF NOT EXISTS", name, value)
                .setIdempotent(false)
                .setTimeout(SCHEMA_TIMEOUT));
    }

    private static long newIdentity() {
        var random = new SecureRandom();
        long drawn = random.nextLong();
        while (drawn == 0) {
            drawn = random.nextLong();
        }
        return drawn;
    }

    private <T> T asking(Supplier<T> work) {
        try {
            return work.get();
        } catch (UnauthorizedException e) {
            throw CassandraException.mistake(
                    "The user of persistence.cassandra.username may not do this at " + place + ": " + e.getMessage(),
                    e);
        } catch (InvalidQueryException e) {
            throw CassandraException.mistake(
                    "The keyspace '" + keyspace + "' at " + place + " is not one of Holdfast's: " + e.getMessage(), e);
        } catch (DriverException e) {
            throw CassandraException.mayHeal(
                    place + " does not answer as it should: " + CassandraErrors.reason(e) + ". Look at its log", e);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
