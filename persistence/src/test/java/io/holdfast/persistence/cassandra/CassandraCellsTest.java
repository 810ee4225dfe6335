package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.persistence.cells.SharedCells;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CassandraCellsTest {
    private final String name = "cell-" + TestCassandra.number();
    private ActorSystem system;
    private SharedCells cells;

    @BeforeEach
    void start() {
        system = ActorSystem.create("cells", TestCassandra.ready());
        cells = CassandraStorage.get(system).cells();
    }

    @AfterEach
    void stop() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }

    private boolean set(long expected, String value) {
        return cells.set(name, expected, value.getBytes(StandardCharsets.UTF_8))
                .toCompletableFuture()
                .join();
    }

    private String read() {
        return cells.read(name)
                .toCompletableFuture()
                .join()
                .map(cell -> cell.version() + ":" + new String(cell.value(), StandardCharsets.UTF_8))
                .orElse("never set");
    }

    @Test
    void aCellChangesOnlyFromTheVersionThatIsExpected() {
        assertThat(read()).isEqualTo("never set");
        assertThat(set(1, "too early")).isFalse();
        assertThat(read()).isEqualTo("never set");
        assertThat(set(0, "one")).isTrue();
        assertThat(set(0, "again")).isFalse();
        assertThat(read()).isEqualTo("1:one");
        assertThat(set(2, "too late")).isFalse();
        assertThat(set(1, "two")).isTrue();
        assertThat(set(1, "late")).isFalse();
        assertThat(read()).isEqualTo("2:two");
    }

    @Test
    void ofThoseWhoChangeAtOnceOneWins() {
        List<CompletableFuture<Boolean>> all = IntStream.range(0, 8)
                .mapToObj(i -> cells.set(name, 0, new byte[] {(byte) ('a' + i)}).toCompletableFuture())
                .toList();
        long won = all.stream().filter(CompletableFuture::join).count();
        assertThat(won).isEqualTo(1);
        assertThat(read()).startsWith("1:");
    }
}
