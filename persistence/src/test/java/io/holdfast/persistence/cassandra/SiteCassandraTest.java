package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.holdfast.persistence.cassandra.local.LocalCassandra;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.Test;

class SiteCassandraTest {
    private static Config config(String keyspace, String... more) {
        return TestCassandra.config(TestCassandra.shared().endpoint(), keyspace, more);
    }

    /** What stands in the way of a node with these settings. */
    private static CassandraException problem(Config config) {
        try (var site = SiteCassandra.connect(config)) {
            site.requireUsable();
        } catch (CassandraException problem) {
            return problem;
        }
        throw new AssertionError("there is nothing wrong with it");
    }

    @Test
    void whatIsNotThereMayComeYet() {
        int nobody = LocalCassandra.freePort();
        CassandraException problem = problem(TestCassandra.config("127.0.0.1:" + nobody, "k"));
        assertThat(problem).hasMessageContaining("Cannot connect").hasMessageContaining("127.0.0.1:" + nobody);
        assertThat(problem.mayHeal()).isTrue();
        CassandraException unknown = problem(TestCassandra.config("no-such-host.invalid:9042", "k"));
        assertThat(unknown).hasMessageContaining("no-such-host.invalid");
        assertThat(unknown.mayHeal()).isTrue();
    }

    @Test
    void wrongCredentialsAreAMistake() {
        CassandraException problem =
                problem(config("k", "holdfast.persistence.cassandra.driver.advanced.auth-provider.password = wrong"));
        assertThat(problem).hasMessageContaining("Login failed").hasMessageContaining("persistence.cassandra.username");
        assertThat(problem.mayHeal()).isFalse();
        assertThat(problem.getMessage()).doesNotContain("wrong");
    }

    @Test
    void connectsWithTlsToThoseItTrustsOnly() {
        String tls = "holdfast.persistence.cassandra.driver.advanced.ssl-engine-factory";
        Config trusting = config(
                "k",
                tls + " { class = DefaultSslEngineFactory, hostname-validation = true }",
                tls + ".truststore-path = \"" + TestCassandra.keystore() + "\"",
                tls + ".truststore-password = " + TestCassandra.STORE_PASSWORD);
        assertThat(problem(trusting)).hasMessageContaining("no keyspace 'k'");
        CassandraException distrust = problem(config("k", tls + ".class = DefaultSslEngineFactory"));
        assertThat(distrust).hasMessageContaining("Cannot connect").hasMessageContaining("certification path");
    }

    @Test
    void anotherDatacenterIsAMistake() {
        CassandraException problem = problem(config(
                "k", "holdfast.persistence.cassandra.driver.basic.load-balancing-policy.local-datacenter = west"));
        assertThat(problem).hasMessageContaining("'west'").hasMessageContaining("[datacenter1]");
        assertThat(problem.mayHeal()).isFalse();
    }

    @Test
    void aMissingSchemaIsAMistakeAndTheMessageSaysWhatCreatesIt() {
        CassandraException problem = problem(config("never_created"));
        assertThat(problem)
                .hasMessageContaining("no keyspace 'never_created'")
                .hasMessageContaining("holdfast cassandra schema");
        assertThat(problem.mayHeal()).isFalse();
    }

    @Test
    void creatingASchemaAgainChangesNothing() {
        Config config = config("made_twice");
        try (var site = SiteCassandra.connect(config)) {
            assertThatThrownBy(() -> site.createSchema(2)).hasMessageContaining("Replication 2");
            assertThatThrownBy(site::requireUsable).hasMessageContaining("no keyspace");
            site.createSchema(1);
            site.requireUsable();
            long identity = identity(config);
            assertThat(identity).isNotZero();
            site.createSchema(1);
            assertThat(identity(config)).isEqualTo(identity);
        }
    }

    private static long identity(Config config) {
        ActorSystem system = ActorSystem.create("identity", config);
        try {
            return CassandraStorage.get(system).identity().toCompletableFuture().join();
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }
}
