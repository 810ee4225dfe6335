package io.holdfast.core.store;

import static io.holdfast.core.store.Writes.bytes;
import static io.holdfast.core.store.Writes.command;
import static io.holdfast.core.store.Writes.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.InvariantViolation;
import io.holdfast.core.store.Command.Decide;
import io.holdfast.core.store.Command.Decides;
import io.holdfast.core.store.Command.Follows;
import io.holdfast.core.store.Command.Resolve;
import io.holdfast.core.store.Outcome.Kind;
import io.holdfast.core.store.Query.Denial;
import io.holdfast.core.store.ReadWriteSet.Range;
import io.holdfast.core.store.ReadWriteSet.Read;
import io.holdfast.core.store.ReadWriteSet.Write;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The rules of docs/protocol.md, "Transactions", one by one, at one partition. */
class TransactionsTest {
    private static final Participant OTHER = new Participant("bank", 3);
    private static final long TXN = 50;

    private final Writes.Log log = new Writes.Log(10, 100);

    private static long at(long millis) {
        return HybridClock.ofWallMillis(millis);
    }

    private static ReadWriteSet set(List<Read> reads, List<Range> ranges, Write... writes) {
        return new ReadWriteSet(reads, ranges, List.of(writes));
    }

    private static Write sets(String key, String value) {
        return new Write(bytes(key), Optional.of(bytes(value)));
    }

    private static Write deletes(String key) {
        return new Write(bytes(key), Optional.empty());
    }

    private static Read saw(String key, long version) {
        return new Read(bytes(key), version);
    }

    private static Command commit(long sequence, ReadWriteSet set) {
        return command(sequence, new Command.Commit(set));
    }

    private static Command prepare(long sequence, Command.Part part, ReadWriteSet set) {
        return command(sequence, new Command.Prepare(set, part, 1_000));
    }

    private static Command commitLast(long preparedUpTo, ReadWriteSet set) {
        return command(TXN, new Command.CommitLast(set, List.of(OTHER), preparedUpTo));
    }

    private static Command step(long sequence, Command.Operation operation) {
        return Command.step(new WriteId(Writes.CLIENT, sequence), 0, operation);
    }

    private void preparedAt(long millis, Command.Part part, ReadWriteSet set) {
        assertThat(log.one(at(millis), prepare(TXN, part, set))).isEqualTo(new Outcome(Kind.PREPARED, at(millis)));
    }

    private Query.Answer get(String key) {
        return log.store.answer(new Query.Get(bytes(key)));
    }

    private Query.Answer getAt(String key, long timestamp) {
        return log.store.answer(new Query.ForTime(new Query.Get(bytes(key)), OptionalLong.of(timestamp)));
    }

    private static final Query.Answer LOCKED = new Query.Denied(Denial.LOCKED);

    @Test
    void aWholeTransactionIsOneEntryAndOneTimestamp() {
        log.one(at(1), put(1, "a", "1"));

        Outcome outcome =
                log.one(at(2), commit(2, set(List.of(saw("a", at(1))), List.of(), sets("a", "2"), sets("b", "2"))));

        assertThat(outcome).isEqualTo(new Outcome(Kind.COMMITTED, at(2)));
        assertThat(log.get("a")).contains("2");
        assertThat(log.get("b")).contains("2");
        assertThat(log.getAt("a", at(2) - 1)).contains("1");
        assertThat(log.one(at(3), commit(2, set(List.of(), List.of(), sets("a", "3")))))
                .isEqualTo(outcome);
        assertThat(log.get("a")).contains("2");
    }

    private long[] versions(String... keys) {
        return java.util.Arrays.stream(keys)
                .mapToLong(key -> ((Query.Value) get(key)).version())
                .toArray();
    }

    /** What is gone for those who read now stands in the history, and a deletion of nothing makes no version there. */
    private void assertDeletedAt(long timestamp, String key, String before) {
        assertThat(get(key)).isEqualTo(Query.Value.ABSENT);
        assertThat(((Query.Dated) getAt(key, timestamp)).answer()).isEqualTo(Query.Value.ABSENT);
        assertThat(log.getAt(key, timestamp - 1)).contains(before);
    }

    @Test
    void aWholeTransactionDeletes() {
        log.one(at(1), put(1, "a", "1"));
        log.one(at(2), put(2, "b", "1"));

        log.one(at(3), commit(3, set(List.of(), List.of(), deletes("a"), sets("b", "2"), deletes("nothing"))));

        assertDeletedAt(at(3), "a", "1");
        assertThat(versions("a", "b")).containsExactly(0, at(3));
        assertThat(log.versions("nothing")).isEmpty();
        log.one(at(4), commit(4, set(List.of(saw("a", 0)), List.of(), sets("a", "3"))));
        assertThat(log.get("a")).as("it was read as absent, and is").contains("3");
    }

    @Test
    void theLastDeletesInItsPart() {
        log.one(at(1), put(1, "a", "1"));

        Command last = commitLast(at(2), set(List.of(saw("a", at(1))), List.of(), deletes("a"), sets("b", "2")));

        assertThat(log.one(at(3), last)).isEqualTo(new Outcome(Kind.COMMITTED, at(3)));
        assertDeletedAt(at(3), "a", "1");
        assertThat(versions("b")).containsExactly(at(3));
    }

    @Test
    void aPreparedDeletionIsALockAndHappensWhenItIsResolved() {
        log.one(at(1), put(1, "a", "1"));
        preparedAt(2, new Follows(OTHER), set(List.of(), List.of(), deletes("a"), deletes("nothing")));
        assertThat(get("a")).isEqualTo(LOCKED);
        assertThat(get("nothing")).isEqualTo(LOCKED);
        assertThat(log.one(at(3), put(2, "nothing", "1")).kind()).isEqualTo(Kind.LOCKED);

        log.one(at(5), step(TXN, new Resolve(Decision.commitAt(at(4)))));

        assertDeletedAt(at(4), "a", "1");
        assertThat(get("nothing")).isEqualTo(Query.Value.ABSENT);
        assertThat(log.versions("nothing")).isEmpty();
        assertThat(log.one(at(6), put(3, "nothing", "2"))).isEqualTo(new Outcome(Kind.APPLIED, at(6)));
    }

    /** Where there is no room, nothing of a client comes into the log but such steps, and the outcomes must not grow for ever. */
    @Test
    void stepsSayWhatTheirClientIsDoneWith() {
        for (long sequence = 1; sequence <= 3; sequence++) {
            var decided = new WriteId(71, sequence);
            var resolved = new WriteId(72, sequence);
            log.one(at(20 * sequence), Command.step(decided, sequence, new Command.Decide(Decision.ABORT)));
            log.one(at(20 * sequence + 10), Command.step(resolved, sequence, new Command.Resolve(Decision.ABORT)));
        }
        for (long client = 71; client <= 72; client++) {
            assertThat(log.store.outcome(new WriteId(client, 2)))
                    .as("done with 2")
                    .contains(new Outcome(Kind.FORGOTTEN, 0));
            assertThat(log.store.outcome(new WriteId(client, 3))).contains(Decision.ABORT.outcome());
        }
    }

    @Test
    void whatWasReadMustStillStand() {
        log.one(at(1), put(1, "a", "1"));
        log.one(at(2), put(2, "a", "2"));

        Outcome stale = log.one(at(3), commit(3, set(List.of(saw("a", at(1))), List.of(), sets("b", "x"))));
        Outcome appeared = log.one(at(4), commit(4, set(List.of(saw("a", 0)), List.of(), sets("b", "x"))));

        assertThat(stale.kind()).isEqualTo(Kind.CONFLICT);
        assertThat(appeared.kind()).isEqualTo(Kind.CONFLICT);
        assertThat(log.get("b")).isEmpty();
    }

    @Test
    void whatWasScannedMustNotHaveChangedGrownOrShrunk() {
        log.one(at(1), put(1, "k1", "1"));
        log.one(at(2), put(2, "k2", "2"));
        long asOf = log.store.lastTimestamp();
        var range = new Range(bytes("k"), Optional.of(bytes("l")), asOf);
        assertThat(log.one(at(3), commit(3, set(List.of(), List.of(range), sets("z", "x"))))
                        .kind())
                .isEqualTo(Kind.COMMITTED);

        log.one(at(4), Writes.delete(4, "k1"));

        assertThat(log.one(at(5), commit(5, set(List.of(), List.of(range), sets("z", "y"))))
                        .kind())
                .isEqualTo(Kind.CONFLICT);
        var later = new Range(bytes("k"), Optional.of(bytes("l")), log.store.lastTimestamp());
        log.one(at(6), put(6, "k3", "3"));
        assertThat(log.one(at(7), commit(7, set(List.of(), List.of(later), sets("z", "y"))))
                        .kind())
                .isEqualTo(Kind.CONFLICT);
    }

    /** The deletion that the scan did not see may be forgotten by now. */
    @Test
    void aScanOlderThanTheHistoryCannotBeValidated() {
        var range = new Range(bytes("k"), Optional.empty(), at(1));
        log.one(at(1), put(1, "a", "1"));
        log.one(at(20), put(2, "a", "2"));

        assertThat(log.one(at(21), commit(3, set(List.of(), List.of(range), sets("z", "x"))))
                        .kind())
                .isEqualTo(Kind.CONFLICT);
    }

    @Test
    void nothingIsReadOrWrittenUnderALockOfAWrite() {
        log.one(at(1), put(1, "a", "1"));
        preparedAt(2, new Follows(OTHER), set(List.of(), List.of(), sets("a", "2")));

        assertThat(get("a")).isEqualTo(LOCKED);
        assertThat(log.store.answer(new Query.Scan(bytes(""), Optional.empty(), 10, 1_000, false)))
                .isEqualTo(LOCKED);
        assertThat(get("b")).isEqualTo(Query.Value.ABSENT);
        Command write = put(2, "a", "3");
        assertThat(log.one(at(3), write).kind()).isEqualTo(Kind.LOCKED);
        log.one(at(4), step(TXN, new Resolve(Decision.ABORT)));
        // Nothing was recorded, so the same write is good now.
        assertThat(log.one(at(5), write)).isEqualTo(new Outcome(Kind.APPLIED, at(5)));
    }

    @Test
    void locksOfReadsAndScansKeepWritersOutAndReadersIn() {
        log.one(at(1), put(1, "a", "1"));
        var range = new Range(bytes("k"), Optional.of(bytes("l")), at(1));
        preparedAt(2, new Follows(OTHER), set(List.of(saw("a", at(1))), List.of(range)));

        assertThat(get("a")).isInstanceOf(Query.Value.class);
        assertThat(log.one(at(3), put(2, "a", "2")).kind()).isEqualTo(Kind.LOCKED);
        assertThat(log.one(at(4), put(3, "k7", "2")).kind()).isEqualTo(Kind.LOCKED);
        assertThat(log.one(at(5), put(4, "l", "2")).kind()).isEqualTo(Kind.APPLIED);
        assertThat(log.one(at(6), commit(5, set(List.of(saw("a", at(1))), List.of(), sets("b", "1"))))
                        .kind())
                .isEqualTo(Kind.COMMITTED);
        assertThat(log.one(at(7), commit(6, set(List.of(), List.of(), sets("k1", "1"))))
                        .kind())
                .isEqualTo(Kind.CONFLICT);
    }

    @Test
    void aReadForATimestampBeforeThePrepareNeedsNotWait() {
        log.one(at(1), put(1, "a", "1"));
        preparedAt(3, new Follows(OTHER), set(List.of(), List.of(), sets("a", "2")));

        assertThat(getAt("a", at(2))).isInstanceOfSatisfying(Query.Dated.class, dated -> {
            assertThat(dated.validFrom()).isEqualTo(at(1));
            assertThat(dated.validUntil()).isEqualTo(at(3) - 1);
        });
        assertThat(getAt("a", at(3))).isEqualTo(LOCKED);
        log.one(at(5), step(TXN, new Resolve(Decision.commitAt(at(4)))));
        assertThat(((Query.Dated) getAt("a", at(4))).answer())
                .isEqualTo(new Query.Value(Optional.of(bytes("2")), at(4)));
        assertThat(((Query.Dated) getAt("a", at(4) - 1)).answer())
                .isEqualTo(new Query.Value(Optional.of(bytes("1")), at(1)));
    }

    @Test
    void aTimestampThatIsNotReachedOrGoneIsDenied() {
        log.one(at(1), put(1, "a", "1"));
        assertThat(getAt("a", at(1) + 1)).isEqualTo(new Query.Denied(Denial.TIMESTAMP_IN_FUTURE));
        log.one(at(30), put(2, "a", "2"));
        assertThat(getAt("a", at(2))).isEqualTo(new Query.Denied(Denial.HISTORY_GONE));
    }

    @Test
    void theDecisionAppliesTheOwnPartAndIsKeptUntilAllHaveResolved() {
        preparedAt(1, new Decides(List.of(OTHER)), set(List.of(), List.of(), sets("a", "1")));

        Outcome decided = log.one(at(3), step(TXN, new Decide(Decision.commitAt(at(2)))));

        assertThat(decided).isEqualTo(new Outcome(Kind.COMMITTED, at(2)));
        assertThat(log.get("a")).contains("1");
        assertThat(log.store.committed()).singleElement().satisfies(it -> assertThat(it.others())
                .containsExactly(OTHER));
        // Whoever comes later gets the decision that stands.
        assertThat(log.one(at(4), step(TXN, new Decide(Decision.ABORT)))).isEqualTo(decided);
        assertThat(log.one(at(5), Writes.settle(TXN, "a"))).isEqualTo(decided);
        log.one(at(6), step(TXN, new Command.Complete()));
        assertThat(log.store.hasTransactions()).isFalse();
        assertThat(log.one(at(7), Writes.settle(TXN, "a"))).isEqualTo(decided);
    }

    @Test
    void anAbortOfWhatWasNeverPreparedKeepsItFromBeingPrepared() {
        assertThat(log.one(at(1), step(TXN, new Decide(Decision.ABORT))).kind()).isEqualTo(Kind.ABORTED);

        Outcome late =
                log.one(at(2), prepare(TXN, new Decides(List.of(OTHER)), set(List.of(), List.of(), sets("a", "1"))));

        assertThat(late.kind()).isEqualTo(Kind.ABORTED);
        assertThat(log.store.hasTransactions()).isFalse();
    }

    @Test
    void theLastCommitsItsPartAndKeepsTheDecisionUntilAllHaveResolved() {
        log.one(at(1), put(1, "a", "1"));

        Command last = commitLast(at(2), set(List.of(saw("a", at(1))), List.of(), sets("a", "2")));
        Outcome committed = log.one(at(3), last);

        assertThat(committed).isEqualTo(new Outcome(Kind.COMMITTED, at(3)));
        assertThat(log.get("a")).contains("2");
        assertThat(log.store.prepared()).as("it locks nothing").isEmpty();
        assertThat(log.store.committed()).singleElement().satisfies(it -> {
            assertThat(it.timestamp()).isEqualTo(at(3));
            assertThat(it.others()).containsExactly(OTHER);
        });
        assertThat(log.one(at(4), last)).as("once").isEqualTo(committed);
        assertThat(log.one(at(5), step(TXN, new Decide(Decision.ABORT)))).isEqualTo(committed);
        assertThat(log.one(at(6), Writes.settle(TXN, "a"))).isEqualTo(committed);
        log.one(at(7), step(TXN, new Command.Complete()));
        assertThat(log.store.hasTransactions()).isFalse();
        assertThat(log.one(at(8), last)).isEqualTo(committed);
        assertThat(log.one(at(9), step(TXN, new Decide(Decision.ABORT)))).isEqualTo(committed);
    }

    @Test
    void theLastRefusesWhatHasChangedOrIsLockedForGood() {
        log.one(at(1), put(1, "a", "1"));
        Command stale = commitLast(at(1), set(List.of(saw("a", 0)), List.of(), sets("a", "2")));
        assertThat(log.one(at(2), stale).kind()).isEqualTo(Kind.CONFLICT);
        log.one(at(3), Writes.delete(2, "a"));
        assertThat(log.one(at(4), stale).kind()).as("now it would be right").isEqualTo(Kind.CONFLICT);
        assertThat(log.one(at(5), step(TXN, new Decide(Decision.ABORT))).kind()).isEqualTo(Kind.ABORTED);
        log.one(at(6), prepare(60, new Follows(OTHER), set(List.of(), List.of(), sets("b", "1"))));
        Command locked = command(61, new Command.CommitLast(set(List.of(), List.of(), sets("b", "2")), List.of(), 0));
        assertThat(log.one(at(7), locked).kind()).isEqualTo(Kind.CONFLICT);
        log.one(at(8), step(60, new Resolve(Decision.ABORT)));
        assertThat(log.one(at(9), locked).kind()).as("now it is free").isEqualTo(Kind.CONFLICT);
        assertThat(log.get("a")).isEmpty();
        assertThat(log.get("b")).isEmpty();
        assertThat(log.store.committed()).isEmpty();
    }

    @Test
    void anAbortedOrSettledTransactionIsNotCommittedByTheLast() {
        Command last = commitLast(at(1), set(List.of(), List.of(), sets("a", "1")));
        log.one(at(2), step(TXN, new Decide(Decision.ABORT)));
        assertThat(log.one(at(3), last).kind()).isEqualTo(Kind.ABORTED);

        assertThat(log.one(at(4), Writes.settle(60, "a")).kind()).isEqualTo(Kind.NOT_APPLIED);
        Command settled = command(60, new Command.CommitLast(set(List.of(), List.of(), sets("a", "1")), List.of(), 0));
        assertThat(log.one(at(5), settled).kind()).isEqualTo(Kind.NOT_APPLIED);
        assertThat(get("a")).isEqualTo(Query.Value.ABSENT);
    }

    @Test
    void theLastIsBehindAllThatIsPrepared() {
        assertThatThrownBy(() -> log.one(at(2), commitLast(at(2), set(List.of(), List.of(), sets("a", "1")))))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aCommitIsDecidedOnlyWhereItIsPrepared() {
        assertThat(log.one(at(2), step(TXN, new Decide(Decision.commitAt(at(1)))))
                        .kind())
                .isEqualTo(Kind.ABORTED);
    }

    @Test
    void whoAsksForTheOutcomeAbortsWhatIsUndecidedButOnlyWhereItIsDecided() {
        preparedAt(1, new Follows(OTHER), set(List.of(), List.of(), sets("a", "1")));
        assertThat(log.one(at(2), Writes.settle(TXN, "a")).kind()).isEqualTo(Kind.PREPARED);
        assertThat(get("a")).isEqualTo(LOCKED);

        log.one(at(3), prepare(60, new Decides(List.of(OTHER)), set(List.of(), List.of(), sets("b", "1"))));
        assertThat(log.one(at(4), Writes.settle(60, "b")).kind()).isEqualTo(Kind.ABORTED);
        assertThat(get("b")).isEqualTo(Query.Value.ABSENT);
    }

    @Test
    void locksAndDecisionsSurviveInTheImage() {
        preparedAt(1, new Follows(OTHER), set(List.of(), List.of(), sets("a", "1")));
        log.one(at(2), prepare(60, new Decides(List.of(OTHER)), set(List.of(), List.of(), sets("b", "1"))));
        log.one(at(4), step(60, new Decide(Decision.commitAt(at(3)))));

        var image = StoreImage.decode(log.store.image().encode());
        var restored = new PartitionStore(new PartitionStore.Limits(10, 100), image);

        assertThat(restored.answer(new Query.Get(bytes("a")))).isEqualTo(LOCKED);
        assertThat(restored.committed()).hasSize(1);
        assertThat(restored.image().encode()).isEqualTo(log.store.image().encode());
    }

    @Test
    void anIdThatAClientUsesForTwoTransactionsDoesNotStopThePartition() {
        preparedAt(5, new Follows(OTHER), set(List.of(), List.of(), sets("a", "1")));

        Outcome ofAnother = log.one(at(6), step(TXN, new Resolve(Decision.commitAt(at(3)))));

        assertThat(ofAnother.kind()).isEqualTo(Kind.ABORTED);
        assertThat(get("a")).isEqualTo(Query.Value.ABSENT);
    }

    /** Each is prepared where the other is decided, and waits to hear of its end there. */
    @Test
    void twoTransactionsOfOneIdDoNotHoldEachOtherUpForEver() {
        preparedAt(5, new Follows(OTHER), set(List.of(), List.of(), sets("a", "1")));
        assertThat(log.one(at(6), commitLast(at(1), set(List.of(), List.of(), sets("b", "1"))))
                        .kind())
                .isEqualTo(Kind.PREPARED);

        assertThat(log.one(at(7), step(TXN, new Decide(Decision.ABORT))).kind()).isEqualTo(Kind.ABORTED);

        assertThat(get("a")).as("that is decided elsewhere").isEqualTo(LOCKED);
        log.one(at(8), step(TXN, new Resolve(Decision.ABORT)));
        assertThat(get("a")).isEqualTo(Query.Value.ABSENT);
        assertThat(get("b")).isEqualTo(Query.Value.ABSENT);
    }

    @Test
    void aPartitionsClockMustPassTheCommit() {
        preparedAt(1, new Follows(OTHER), set(List.of(), List.of(), sets("a", "1")));
        assertThatThrownBy(() -> log.one(at(2), step(TXN, new Resolve(Decision.commitAt(at(2))))))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aScanThatStartsBehindItsPrefixLooksAtNothing() {
        var scan = new Query.Scan(bytes("a/"), Optional.of(bytes("b")), 10, 1_000, false);
        Range range = Range.of(scan, new Query.Page(List.of(), Optional.empty(), 0), 1);
        assertThat(range.to()).contains(range.from());
        preparedAt(1, new Follows(OTHER), set(List.of(), List.of(), sets("c", "1")));
        assertThat(log.store.answer(scan)).isEqualTo(new Query.Page(List.of(), Optional.empty(), 0));
    }
}
