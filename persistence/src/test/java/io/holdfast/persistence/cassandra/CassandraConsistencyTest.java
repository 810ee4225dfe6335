package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfig;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.typesafe.config.Config;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.connectors.cassandra.CqlSessionProvider;
import org.apache.pekko.stream.connectors.cassandra.DriverConfigLoaderFromConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** At which consistency each kind of statement is sent, as the driver would take it; nobody is asked. */
class CassandraConsistencyTest {
    private static final Config CONFIG = TestCassandra.config("127.0.0.1:1", "ks");

    private final ActorSystem system = ActorSystem.create("consistency", CONFIG);
    private final DriverConfig driver = loader().getInitialConfig();
    private final CassandraTables tables = new CassandraTables(CompletableFuture.completedFuture(session()), "ks");
    /** What was set of the statement that was sent last, by the name of the setter. */
    private Map<String, Object> sent = Map.of();

    @AfterEach
    void stop() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    @Test
    void theProfilesOfEverySessionAreThoseOfTheSite() {
        for (DriverExecutionProfile profile : List.of(driver.getDefaultProfile(), driver.getProfile("holdfast"))) {
            assertThat(profile.getString(DefaultDriverOption.REQUEST_CONSISTENCY))
                    .isEqualTo("LOCAL_QUORUM");
            assertThat(profile.getString(DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY))
                    .isEqualTo("LOCAL_SERIAL");
        }
    }

    @Test
    void theJournalOfThePluginSendsAllByThatProfile() {
        Config section = CONFIG.getConfig(CassandraStorage.SECTION);
        for (String path : List.of("read-profile", "write-profile", "query.read-profile")) {
            assertThat(section.getString(path)).as(path).isEqualTo("holdfast");
        }
        assertThat(section.getString("datastax-java-driver-config")).isEqualTo(CassandraStorage.SECTION + ".driver");
    }

    @Test
    void readsAndWritesAreHeldByAQuorumOfTheSite() {
        tables.execute("SELECT a FROM KS.t");
        assertThat(consistency()).isEqualTo(DefaultConsistencyLevel.LOCAL_QUORUM);
        assertThat(sent).containsEntry("setIdempotent", true);
    }

    @Test
    void aChangeWithAConditionIsAgreedOnWithinTheSiteAndHeldByAQuorumOfIt() {
        tables.executeOnce("UPDATE KS.t SET a = 1 IF a = 0");
        assertThat(consistency()).isEqualTo(DefaultConsistencyLevel.LOCAL_QUORUM);
        assertThat(serialConsistency()).isEqualTo(DefaultConsistencyLevel.LOCAL_SERIAL);
        assertThat(sent).containsEntry("setIdempotent", false);
    }

    @Test
    void aReadThatMustSeeChangesWithAConditionIsSerialWithinTheSite() {
        tables.readSerial("SELECT a FROM KS.t");
        assertThat(consistency()).isEqualTo(DefaultConsistencyLevel.LOCAL_SERIAL);
    }

    /** Of a statement that sets none, as the driver does it: that of its profile, or else of the default one. */
    private ConsistencyLevel consistency() {
        return level("setConsistencyLevel", DefaultDriverOption.REQUEST_CONSISTENCY);
    }

    private ConsistencyLevel serialConsistency() {
        return level("setSerialConsistencyLevel", DefaultDriverOption.REQUEST_SERIAL_CONSISTENCY);
    }

    private ConsistencyLevel level(String setter, DefaultDriverOption option) {
        Object name = sent.get("setExecutionProfileName");
        DriverExecutionProfile profile = name == null ? driver.getDefaultProfile() : driver.getProfile((String) name);
        Object own = sent.get(setter);
        return own == null ? DefaultConsistencyLevel.valueOf(profile.getString(option)) : (ConsistencyLevel) own;
    }

    private DriverConfigLoader loader() {
        return DriverConfigLoaderFromConfig.fromConfig(
                CqlSessionProvider.driverConfig(system, CONFIG.getConfig(CassandraStorage.SECTION)));
    }

    private CqlSession session() {
        PreparedStatement prepared = proxy(PreparedStatement.class, (self, method, args) -> statement());
        return proxy(CqlSession.class, (self, method, args) -> {
            if (method.getName().equals("prepareAsync")) {
                return CompletableFuture.completedFuture(prepared);
            }
            sent = ((Recorder) Proxy.getInvocationHandler(args[0])).set;
            return new CompletableFuture<AsyncResultSet>();
        });
    }

    private static BoundStatement statement() {
        return proxy(BoundStatement.class, new Recorder(new HashMap<>()));
    }

    /** A setter of a statement answers the statement with that set. */
    private record Recorder(Map<String, Object> set) implements InvocationHandler {
        @Override
        public Object invoke(Object self, Method method, Object[] args) {
            set.put(method.getName(), args[0]);
            return self;
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
