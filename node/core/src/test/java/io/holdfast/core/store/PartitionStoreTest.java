package io.holdfast.core.store;

import static io.holdfast.core.store.Writes.bytes;
import static io.holdfast.core.store.Writes.delete;
import static io.holdfast.core.store.Writes.put;
import static io.holdfast.core.store.Writes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.InvariantViolation;
import io.holdfast.core.store.Outcome.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionStoreTest {
    private static final long HISTORY = 10;
    private static final long RETENTION = 100;

    private final Writes.Log log = new Writes.Log(HISTORY, RETENTION);

    private static long at(long millis) {
        return HybridClock.ofWallMillis(millis);
    }

    @Test
    void aVersionIsTheTimestampOfItsCommand() {
        List<Outcome> outcomes = log.apply(at(1), put(1, "a", "x"), put(2, "b", "y"));

        assertThat(outcomes).containsExactly(new Outcome(Kind.APPLIED, at(1)), new Outcome(Kind.APPLIED, at(1) + 1));
        assertThat(log.store.answer(new Query.Get(bytes("b"))))
                .isEqualTo(new Query.Value(java.util.Optional.of(bytes("y")), at(1) + 1));
    }

    @Test
    void conditionsJudgeTheLiveValue() {
        var present = new Condition.Present();
        var absent = new Condition.Absent();
        assertThat(log.one(at(1), put(1, "k", "1", present))).isEqualTo(new Outcome(Kind.CONDITION_FAILED, 0));
        assertThat(log.one(at(2), put(2, "k", "1", absent))).isEqualTo(new Outcome(Kind.APPLIED, at(2)));
        assertThat(log.one(at(3), put(3, "k", "2", absent))).isEqualTo(new Outcome(Kind.CONDITION_FAILED, at(2)));
        assertThat(log.one(at(4), put(4, "k", "2", new Condition.VersionIs(at(1)))))
                .isEqualTo(new Outcome(Kind.CONDITION_FAILED, at(2)));
        assertThat(log.one(at(5), put(5, "k", "2", new Condition.VersionIs(at(2)))))
                .isEqualTo(new Outcome(Kind.APPLIED, at(5)));
        assertThat(log.one(at(6), delete(6, "k", new Condition.VersionIs(at(2)))))
                .isEqualTo(new Outcome(Kind.CONDITION_FAILED, at(5)));
        assertThat(log.one(at(7), delete(7, "k", present))).isEqualTo(new Outcome(Kind.APPLIED, at(7)));
        assertThat(log.one(at(8), put(8, "k", "3", absent))).isEqualTo(new Outcome(Kind.APPLIED, at(8)));
    }

    @Test
    void versionZeroNeverExists() {
        assertThat(log.one(at(1), put(1, "k", "1", new Condition.VersionIs(0))).kind())
                .isEqualTo(Kind.CONDITION_FAILED);
    }

    @Test
    void aLaterCommandOfTheSameEntrySeesTheEarlierOne() {
        var outcomes = log.apply(at(1), put(1, "k", "1"), put(2, "k", "2", new Condition.Absent()), delete(3, "k"));

        assertThat(outcomes)
                .extracting(Outcome::kind)
                .containsExactly(Kind.APPLIED, Kind.CONDITION_FAILED, Kind.APPLIED);
        assertThat(log.get("k")).isEmpty();
    }

    @Test
    void deletingWhatIsAbsentAppliesAndWritesNothing() {
        assertThat(log.one(at(1), delete(1, "k"))).isEqualTo(new Outcome(Kind.APPLIED, 0));
        assertThat(log.store.image().versions().newest()).isEmpty();
    }

    @Test
    void aRetryGetsTheFirstOutcomeAndNeverAppliesTwice() {
        Outcome first = log.one(at(1), put(1, "k", "1"));
        log.one(at(2), put(2, "k", "2"));

        assertThat(log.one(at(3), put(1, "k", "1"))).isEqualTo(first);
        assertThat(log.apply(at(4), put(3, "k", "3"), put(3, "k", "3")))
                .containsExactly(new Outcome(Kind.APPLIED, at(4)), new Outcome(Kind.APPLIED, at(4)));
        assertThat(log.get("k")).contains("3");
    }

    @Test
    void settleFencesAWriteThatHasNotCome() {
        assertThat(log.one(at(1), settle(5, "k"))).isEqualTo(new Outcome(Kind.NOT_APPLIED, 0));
        assertThat(log.one(at(2), put(5, "k", "late"))).isEqualTo(new Outcome(Kind.NOT_APPLIED, 0));
        assertThat(log.get("k")).isEmpty();
    }

    @Test
    void settleTellsTheOutcomeOfAWriteThatHasCome() {
        Outcome first = log.one(at(1), put(5, "k", "v"));
        assertThat(log.one(at(2), settle(5, "k"))).isEqualTo(first);
    }

    @Test
    void aWriteAfterItsLastMomentIsNotApplied() {
        var late = new Command(new WriteId(7, 1), 0, 4, new Command.Put(bytes("k"), bytes("v"), Condition.NONE));
        assertThat(log.one(at(5), late).kind()).isEqualTo(Kind.NOT_APPLIED);

        var inTime = new Command(new WriteId(7, 2), 0, 6, new Command.Put(bytes("k"), bytes("v"), Condition.NONE));
        assertThat(log.one(at(6) + 65_535, inTime).kind()).isEqualTo(Kind.APPLIED);
    }

    @Test
    void outcomesOfFinishedWritesAreForgotten() {
        log.one(at(1), put(1, "k", "1"));
        var next =
                new Command(new WriteId(7, 2), 2, Writes.NEVER, put(2, "k", "2").operation());
        log.one(at(2), next);

        assertThat(log.store.outcome(new WriteId(7, 1))).contains(new Outcome(Kind.FORGOTTEN, 0));
        assertThat(log.one(at(3), put(1, "k", "1")).kind()).isEqualTo(Kind.FORGOTTEN);
        assertThat(log.get("k")).contains("2");
    }

    @Test
    void aSilentClientIsForgottenAfterTheRetentionAtAFixedIndex() {
        log.one(at(1), put(1, "k", "1"));
        var other = new WriteId(8, 1);
        while (log.index < 1023) {
            var write = new Command(other, 0, Writes.NEVER, put(1, "other", "x").operation());
            log.apply(at(2 + log.index), write);
        }
        assertThat(log.store.outcome(new WriteId(7, 1))).as("before index 1024").isPresent();

        log.apply(
                at(2 + log.index),
                new Command(other, 0, Writes.NEVER, put(1, "other", "x").operation()));

        assertThat(log.store.outcome(new WriteId(7, 1))).contains(new Outcome(Kind.FORGOTTEN, 0));
        assertThat(log.store.outcome(new WriteId(7, 2))).as("a later write").isEmpty();
        assertThat(log.store.outcome(other)).get().extracting(Outcome::kind).isEqualTo(Kind.APPLIED);
    }

    @Test
    void whatWasForgottenIsNotSaidToHaveNeverBeenApplied() {
        var brief = new Writes.Log(new PartitionStore(new PartitionStore.Limits(HISTORY, RETENTION, 10)));
        brief.one(at(1), put(1, "k", "1"));
        var other = new Command(
                new WriteId(8, 1), 0, Writes.NEVER, put(1, "other", "x").operation());
        brief.apply(at(1) + at(RETENTION) + 1, other);

        assertThat(brief.one(at(2) + at(RETENTION), settle(1, "k")).kind()).isEqualTo(Kind.FORGOTTEN);
        assertThat(brief.one(at(3) + at(RETENTION), put(1, "k", "late")).kind()).isEqualTo(Kind.FORGOTTEN);
        assertThat(brief.get("k")).contains("1");
    }

    @Test
    void aClientThatIsSilentForVeryLongTakesNoMemory() {
        var brief = new Writes.Log(new PartitionStore(new PartitionStore.Limits(HISTORY, RETENTION, 10)));
        brief.one(at(1), put(1, "k", "1"));
        var other = new Command(
                new WriteId(8, 1), 0, Writes.NEVER, put(1, "other", "x").operation());
        brief.apply(at(1) + 24 * at(RETENTION) + 1, other);

        assertThat(brief.store.outcome(new WriteId(7, 1))).isEmpty();
    }

    private static Command byClient(long client, long sequence, long doneBelow) {
        Command.Operation operation = delete(1, "absent").operation();
        return new Command(new WriteId(client, sequence), doneBelow, Writes.NEVER, operation);
    }

    /** There may be very many: a memory must not fill with them without a word. */
    @Test
    void whatIsRememberedOfClientsCounts() {
        var brief = new Writes.Log(new PartitionStore(new PartitionStore.Limits(HISTORY, RETENTION, 10)));
        for (long client = 1; client <= 1_000; client++) {
            brief.one(at(client), byClient(client, 1, 0));
            brief.one(at(client) + 1, byClient(client, 2, 0));
        }
        long all = brief.store.bytes();
        assertThat(all).as("those of the last 100 ms with their outcomes").isGreaterThan(150_000);
        assertThat(new PartitionStore(new PartitionStore.Limits(HISTORY, RETENTION), brief.store.image()).bytes())
                .isEqualTo(all);

        brief.one(at(1_001), byClient(1_000, 3, 3));
        brief.one(at(1_002), byClient(1_000, 4, 4));
        assertThat(brief.store.bytes())
                .as("two of 99 clients and one of the last forgotten")
                .isLessThan(all);

        brief.one(at(1_003) + 24 * at(RETENTION), byClient(1_000, 5, 6));
        assertThat(brief.store.bytes()).as("one client").isEqualTo(150);
    }

    @Test
    void oldVersionsAreReadableWithinTheHistoryWindowAndThenGo() {
        log.one(at(100), put(1, "k", "1"));
        log.one(at(105), put(2, "k", "2"));
        log.one(at(107), delete(3, "k"));
        log.one(at(109), put(4, "k", "4"));

        assertThat(log.getAt("k", at(100) - 1)).isEmpty();
        assertThat(log.getAt("k", at(100))).contains("1");
        assertThat(log.getAt("k", at(106))).contains("2");
        assertThat(log.getAt("k", at(108))).isEmpty();
        assertThat(log.getAt("k", at(109))).contains("4");

        log.one(at(115) - 1, put(5, "other", "x")); // "1" was superseded at 105, the window is 10.
        assertThat(log.versions("k")).hasSize(4);
        log.one(at(115), put(6, "other", "y"));
        assertThat(log.versions("k")).hasSize(3);

        log.one(at(200), put(7, "third", "z"));
        assertThat(log.versions("k")).hasSize(1);
        assertThat(log.get("k")).contains("4");
    }

    @Test
    void aDeletedKeyLeavesNothingBehindAfterTheWindow() {
        log.one(at(100), put(1, "k", "1"));
        log.one(at(101), delete(2, "k"));
        assertThat(log.store.keys()).isZero();
        assertThat(log.store.bytes()).isPositive();

        log.one(at(111), delete(3, "absent"));

        assertThat(log.store.image().versions().newest()).isEmpty();
        assertThat(log.store.image().versions().bytes()).isZero();
    }

    @Test
    void entriesComeInOrderAndTimeGrows() {
        log.one(at(5), put(1, "k", "1"));

        assertThatThrownBy(() -> log.store.apply(3, at(6), List.of())).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> log.store.apply(2, at(5), List.of())).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void anImageDoesNotChangeWithItsStore() {
        log.one(at(1), put(1, "k", "1"));
        StoreImage image = log.store.image();
        var before = image.encode();

        log.apply(at(2), put(2, "k", "2"), delete(3, "k"), put(1, "k", "1"));

        assertThat(image.encode()).isEqualTo(before);
        assertThat(new Writes.Log(new PartitionStore(new PartitionStore.Limits(HISTORY, RETENTION), image)).get("k"))
                .contains("1");
    }
}
