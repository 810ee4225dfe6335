package io.holdfast.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ResultsTest {
    static final Results RESULTS = new Results(List.of(
            new Cell("Holdfast", "put", 64, 1, 1000, 1, 10),
            new Cell("Holdfast", "put", 64, 2, 4000, 1, 30),
            new Cell("Holdfast", "put", 64, 3, 2000, 1, 20),
            new Cell("etcd", "put", 64, 1, 500, 2, 40),
            new Cell("etcd", "put", 64, 2, 1000, 2, 50),
            new Cell("etcd", "put", 64, 3, 1500, 2, 60),
            new Cell("Holdfast", "get", 1, 1, 900, 1, 2),
            new Cell("etcd", "get", 1, 1, 1800, 1, 1),
            new Cell("Holdfast", Cell.GAP, GapLoad.WRITERS, 1, 600, 0, 0),
            new Cell("Holdfast", Cell.GAP, GapLoad.WRITERS, 2, 700, 0, 0),
            new Cell("etcd", Cell.GAP, GapLoad.WRITERS, 1, 1500, 0, 0)));

    @Test
    void mediansAreOverTheRounds() {
        assertThat(RESULTS.median("Holdfast", "put", 64)).hasValue(2000);
        assertThat(RESULTS.p99("etcd", "put", 64)).hasValue(50);
        assertThat(RESULTS.median("etcd", "put", 1)).isEmpty();
        assertThat(RESULTS.rounds()).isEqualTo(3);
        assertThat(Results.median(DoubleStream.of(4, 1, 2, 3))).hasValue(2.5);
    }

    @Test
    void ofGapsTheWorstCounts() {
        assertThat(RESULTS.worstGap("Holdfast")).hasValue(700);
        assertThat(RESULTS.medianGap("Holdfast")).hasValue(650);
        assertThat(RESULTS.gaps("etcd")).isEqualTo(1);
    }

    @Test
    void aMeasurementCanBeReadAgain() {
        Cell cell = new Cell("etcd", "mixed", 1000, 2, 1234.5, 0.25, 9.125);
        assertThat(Cell.parse(cell.line())).isEqualTo(cell);
        assertThatThrownBy(() -> Cell.parse("etcd,put")).hasMessageContaining("No measurement");
    }
}
