package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyspaceFactsTest {
    private static final String NETWORK = "org.apache.cassandra.locator.NetworkTopologyStrategy";
    private static final String SIMPLE = "org.apache.cassandra.locator.SimpleStrategy";

    private static KeyspaceFacts facts(int nodes, Map<String, String> replication) {
        return new KeyspaceFacts(
                "the Cassandra at h:1",
                "holdfast",
                "west",
                Map.of("west", nodes, "east", 1),
                Optional.of(replication),
                Optional.of(CassandraSchema.FORMAT));
    }

    private static void refused(KeyspaceFacts facts, String... words) {
        assertThatThrownBy(facts::requireUsable)
                .isInstanceOf(CassandraException.class)
                .hasMessageContainingAll(words)
                .matches(problem -> !((CassandraException) problem).mayHeal());
    }

    @Test
    void takesEnoughCopies() {
        assertThatCode(facts(3, Map.of("class", NETWORK, "west", "3"))::requireUsable)
                .doesNotThrowAnyException();
        assertThatCode(facts(1, Map.of("class", NETWORK, "west", "1"))::requireUsable)
                .as("of one node nobody can ask more")
                .doesNotThrowAnyException();
        assertThatCode(facts(3, Map.of("class", SIMPLE, "replication_factor", "3"))::requireUsable)
                .doesNotThrowAnyException();
    }

    @Test
    void refusesOneCopyInSeveralNodes() {
        refused(facts(3, Map.of("class", NETWORK, "west", "1")), "replication 1", "3 nodes");
        refused(facts(3, Map.of("class", SIMPLE, "replication_factor", "1")), "replication 1", "3 nodes");
    }

    @Test
    void refusesCopiesThatAreElsewhereOrNowhere() {
        refused(facts(3, Map.of("class", NETWORK, "east", "3")), "no copies", "'west'");
        refused(facts(2, Map.of("class", NETWORK, "west", "3")), "Replication 3", "2 nodes");
    }

    @Test
    void countsOnlyFullCopies() {
        assertThat(facts(3, Map.of("class", NETWORK, "west", "3/1")).copies()).isEqualTo(2);
    }

    @Test
    void refusesTablesOfANewerVersion() {
        var newer = new KeyspaceFacts(
                "p",
                "k",
                "west",
                Map.of("west", 1),
                Optional.of(Map.of("class", NETWORK, "west", "1")),
                Optional.of(2));
        refused(newer, "format 2");
    }
}
