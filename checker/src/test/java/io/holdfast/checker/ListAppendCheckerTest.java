package io.holdfast.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.holdfast.checker.Transaction.Append;
import io.holdfast.checker.Transaction.Operation;
import io.holdfast.checker.Transaction.Read;
import io.holdfast.checker.Transaction.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListAppendCheckerTest {
    private final List<Transaction> history = new ArrayList<>();

    private void ran(String name, long invoked, long completed, Status status, Operation... operations) {
        history.add(new Transaction(name, 0, invoked, completed, status, true, List.of(operations)));
    }

    /** At the same time as everything else, so that real time says nothing. */
    private void committed(String name, Operation... operations) {
        ran(name, 0, 100, Status.COMMITTED, operations);
    }

    private static Operation append(String key, long value) {
        return new Append(key, value);
    }

    private static Operation read(String key, Long... values) {
        return new Read(key, List.of(values));
    }

    private void assertAnomaly(String anomaly, String... words) {
        assertThat(ListAppendChecker.check(history)).hasValueSatisfying(violation -> {
            assertThat(violation.anomaly()).as(violation.explanation()).isEqualTo(anomaly);
            assertThat(violation.explanation()).contains(words);
        });
    }

    private void assertGood() {
        assertThat(ListAppendChecker.check(history)).isEmpty();
    }

    @Test
    void aSerialHistoryIsGood() {
        ran("T1", 1, 2, Status.COMMITTED, append("x", 1), append("y", 2));
        ran("T2", 3, 4, Status.COMMITTED, read("x", 1L), append("x", 3), read("x", 1L, 3L));
        ran("T3", 5, 6, Status.COMMITTED, read("x", 1L, 3L), read("y", 2L));
        assertGood();
    }

    @Test
    void whatNobodyKnowsMayHaveHappenedOrNot() {
        ran("T1", 1, 1, Status.UNKNOWN, append("x", 1));
        ran("T2", 2, 2, Status.UNKNOWN, append("x", 2));
        ran("T3", 3, 4, Status.COMMITTED, read("x", 2L));
        assertGood();
    }

    @Test
    void whatAnUnknownOneHasReadShowsThatAnotherUnknownOneHappened() {
        ran("T5", 0, 1, Status.COMMITTED, append("z", 5));
        ran("U2", 2, 2, Status.UNKNOWN, read("z", 5L), append("y", 2));
        ran("U1", 3, 3, Status.UNKNOWN, read("y", 2L), append("x", 1));
        ran("T", 4, 5, Status.COMMITTED, read("x", 1L));
        assertGood();
        ran("T6", 6, 7, Status.COMMITTED, read("y"));
        assertAnomaly("G-single-realtime", "T6", "U2");
    }

    @Test
    void anUnknownOneThatHappenedMayNotReadWhatNobodyAppended() {
        ran("U2", 1, 1, Status.UNKNOWN, read("z", 99L), append("y", 2));
        ran("U1", 2, 2, Status.UNKNOWN, read("y", 2L), append("x", 1));
        assertGood();
        ran("T", 3, 4, Status.COMMITTED, read("x", 1L));
        assertAnomaly("garbage", "99", "U2");
    }

    @Test
    void aSnapshotMayBeOldButNotMixed() {
        ran("T1", 1, 2, Status.COMMITTED, append("x", 1), append("y", 2));
        history.add(new Transaction("old", 1, 3, 4, Status.COMMITTED, false, List.of(read("x"), read("y"))));
        ran("T2", 5, 6, Status.COMMITTED, read("x", 1L), read("y", 2L));
        assertGood();
        history.add(new Transaction("mixed", 1, 3, 4, Status.COMMITTED, false, List.of(read("x", 1L), read("y"))));
        assertAnomaly("G-single", "mixed", "T1");
    }

    @Test
    void aSnapshotMayMissWhatCompletedBeforeSomethingItHolds() {
        ran("T1", 1, 2, Status.COMMITTED, append("x", 1));
        ran("T2", 3, 4, Status.COMMITTED, append("y", 2));
        history.add(new Transaction("late clock", 1, 5, 6, Status.COMMITTED, false, List.of(read("x"), read("y", 2L))));
        assertGood();
    }

    @Test
    void writesInTwoOrdersAreG0() {
        committed("T1", append("x", 1), append("y", 1));
        committed("T2", append("x", 2), append("y", 2));
        committed("T3", read("x", 1L, 2L));
        committed("T4", read("y", 2L, 1L));
        assertAnomaly("G0", "T1", "T2");
    }

    @Test
    void readingTheAbortedIsG1a() {
        ran("T1", 1, 2, Status.ABORTED, append("x", 1));
        committed("T2", read("x", 1L));
        assertAnomaly("G1a", "T1", "T2");
    }

    @Test
    void readingWhatStoodForAMomentIsG1b() {
        committed("T1", append("x", 1), append("x", 2));
        committed("T2", read("x", 1L));
        assertAnomaly("G1b", "T1", "T2");
    }

    @Test
    void twoThatSeeEachOtherAreG1c() {
        committed("T1", append("x", 1), read("y", 2L));
        committed("T2", append("y", 2), read("x", 1L));
        assertAnomaly("G1c", "T1", "T2");
    }

    @Test
    void aLostUpdateIsGSingle() {
        committed("T1", read("x"), append("x", 1));
        committed("T2", read("x"), append("x", 2));
        committed("T3", read("x", 1L, 2L));
        assertAnomaly("G-single", "T1", "T2");
    }

    @Test
    void writeSkewIsG2() {
        committed("T1", read("x"), append("y", 1));
        committed("T2", read("y"), append("x", 2));
        committed("T3", read("x", 2L), read("y", 1L));
        assertAnomaly("G2", "T1", "T2");
    }

    @Test
    void aLongForkIsG2() {
        committed("T1", append("x", 1));
        committed("T2", append("y", 2));
        committed("R1", read("x", 1L), read("y"));
        committed("R2", read("x"), read("y", 2L));
        assertAnomaly("G2", "R1", "R2", "T1", "T2");
    }

    @Test
    void aStaleReadIsFoundByRealTimeAlone() {
        ran("T1", 1, 2, Status.COMMITTED, append("x", 1));
        ran("T2", 3, 4, Status.COMMITTED, read("x"));
        assertAnomaly("G-single-realtime", "T1", "T2", "was invoked after");
        history.clear();
        ran("T1", 1, 3, Status.COMMITTED, append("x", 1));
        ran("T2", 2, 4, Status.COMMITTED, read("x"));
        assertGood();
    }

    @Test
    void anAppendThatIsGoneIsFound() {
        ran("T1", 1, 2, Status.COMMITTED, append("x", 1));
        ran("T2", 1, 2, Status.COMMITTED, append("x", 2));
        ran("T3", 3, 4, Status.COMMITTED, read("x", 2L));
        assertAnomaly("G-single-realtime", "T1", "T3");
    }

    @Test
    void writesAgainstRealTimeAreG0() {
        ran("T1", 1, 2, Status.COMMITTED, append("x", 1));
        ran("T2", 3, 4, Status.COMMITTED, append("x", 2));
        ran("T3", 5, 6, Status.COMMITTED, read("x", 2L, 1L));
        assertAnomaly("G0-realtime", "T1", "T2");
    }

    @Test
    void whatIsWrongWithoutAnyCycle() {
        committed("T1", append("x", 1));
        committed("T2", append("x", 2));
        committed("T3", read("x", 1L));
        committed("T4", read("x", 2L, 1L));
        assertAnomaly("incompatible-order", "[1]", "[2, 1]");
        history.clear();
        committed("T1", append("x", 1));
        committed("T2", read("x", 1L, 1L));
        assertAnomaly("duplicate", "T2");
        history.clear();
        committed("T1", read("x", 7L));
        assertAnomaly("garbage", "7", "T1");
        history.clear();
        committed("T1", read("x"), append("x", 1), read("x"));
        assertAnomaly("internal", "T1", "[1]");
    }

    @Test
    void aValueAppendedTwiceCannotBeJudged() {
        committed("T1", append("x", 1));
        committed("T2", append("x", 1));
        assertThatThrownBy(() -> ListAppendChecker.check(history)).hasMessageContaining("T1", "T2");
    }

    /** Each list is read again and again while it grows, so that all the values of all reads are 450 million. */
    @Test
    void looksAtEachValueOfAListThatGrowsOnce() {
        var lists = new SharedLists();
        var list = new ArrayList<Long>();
        for (long i = 0; i < 30_000; i++) {
            List<Long> found = lists.shared("x", list);
            ran("R" + i, 4 * i, 4 * i + 1, Status.COMMITTED, new Read("x", found));
            ran("W" + i, 4 * i + 2, 4 * i + 3, Status.COMMITTED, append("x", i));
            list.add(i);
        }
        assertTimeoutPreemptively(Duration.ofSeconds(6), this::assertGood);
        ran("last", 160_000, 160_001, Status.COMMITTED, new Read("x", lists.shared("x", List.of(0L, 0L))));
        assertAnomaly("incompatible-order", "[0, 0]");
    }

    /** The history has one component of all its transactions, in each of which a cycle could be looked for on its own. */
    @Test
    void judgesALongHistoryWithAnAnomalyInTime() {
        ran("T0", 0, 1, Status.COMMITTED, append("first", 1));
        ran("T1", 2, 3, Status.COMMITTED, read("first", 1L));
        var random = new Random(1);
        var lists = new SharedLists();
        Map<String, List<Long>> state = new HashMap<>();
        for (int i = 2; i < 12_000; i++) {
            String written = "k" + random.nextInt(64);
            String seen = "l" + random.nextInt(64);
            List<Long> found = lists.shared(seen, state.getOrDefault(seen, List.of()));
            ran("T" + i, 4L * i, 4L * i + 1, Status.COMMITTED, append(written, i), new Read(seen, found));
            state.computeIfAbsent(written, key -> new ArrayList<>()).add((long) i);
        }
        ran("stale", 100_000, 100_001, Status.COMMITTED, read("first"));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertAnomaly("G-single-realtime", "T0", "stale"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomHistoriesAreGoodUntilSomethingIsChanged(long seed) {
        var random = new Random(seed);
        Map<String, List<Long>> state = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            var operations = new ArrayList<Operation>();
            for (String key : List.of("k" + random.nextInt(20), "l" + random.nextInt(20))) {
                List<Long> list = state.computeIfAbsent(key, it -> new ArrayList<>());
                operations.add(new Read(key, list));
                if (random.nextBoolean()) {
                    list.add((long) i);
                    operations.add(new Append(key, i));
                }
            }
            history.add(new Transaction("T" + i, 0, 10L * i, 10L * i + 15, Status.COMMITTED, true, operations));
        }
        assertGood();
        int index = history.size() - 1;
        while (!(history.get(index).operations().get(0) instanceof Read read
                && read.values().size() > 2)) {
            index--;
        }
        Transaction changed = history.get(index);
        var operations = new ArrayList<>(changed.operations());
        var whole = (Read) operations.get(0);
        operations.set(
                0,
                new Read(whole.key(), whole.values().subList(0, whole.values().size() - 2)));
        history.set(
                index,
                new Transaction(
                        changed.name(), 0, changed.invoked(), changed.completed(), Status.COMMITTED, true, operations));
        assertThat(ListAppendChecker.check(history)).isPresent();
    }
}
