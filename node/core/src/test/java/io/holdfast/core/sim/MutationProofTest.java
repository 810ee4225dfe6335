package io.holdfast.core.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Proves that the simulator would find the bugs that matter: plants them one at a time and shows that each is caught, and after
 * how many seeds. Runs with {@code mvn -pl node/core -am test -Pmutation}; {@code -Dmutant=…,…} plants those with
 * one of these words in their names only.
 */
@Tag("mutation")
class MutationProofTest {
    private static final int SEEDS_AT_MOST = 10_000;
    private static final int OPERATIONS = 500;

    @TempDir
    private Path scratch;

    static Stream<Mutant> mutants() {
        List<String> wanted = List.of(System.getProperty("mutant", "").split(","));
        return Stream.of(elections(), logs(), callers(), transactions(), rarities())
                .flatMap(Function.identity())
                .filter(mutant -> wanted.stream().anyMatch(mutant.toString()::contains));
    }

    private static Stream<Mutant> elections() {
        return Stream.of(
                Mutant.called("vote not durable before the request leaves")
                        .shows("sends VoteRequest")
                        .in(
                                "raft/Election.java",
                                "raft.sendWhenDurable( other, new VoteRequest(",
                                "raft.send(other, new VoteRequest("),
                Mutant.called("vote not durable before the reply")
                        .shows("sends VoteResponse")
                        .in(
                                "raft/Election.java",
                                "raft.sendWhenDurable( request.from(), new VoteResponse(",
                                "raft.send(request.from(), new VoteResponse("),
                Mutant.called("second vote in a term after a restart")
                        .shows("replay gave hard state")
                        .in(
                                "partition/Recovery.java",
                                "write.hardState().ifPresent(changed -> hardState = changed);",
                                "write.hardState().ifPresent(changed -> hardState = new HardState("
                                        + "changed.term(), java.util.Optional.empty(), changed.identity()));"),
                Mutant.called("vote for a shorter log")
                        .shows("leader completeness")
                        .in(
                                "raft/Election.java",
                                "&& raft.hardState().vote().map(request.from()::equals).orElse(true)"
                                        + " && raft.log.isUpToDate(request.lastIndex(), request.lastTerm())",
                                "&& raft.hardState().vote().map(request.from()::equals).orElse(true)"),
                Mutant.called("promise forgotten at a restart")
                        .shows(" gave ")
                        .in(
                                "raft/Election.java",
                                "promisedUntil = fresh ? now : now + raft.config.leaseNanos();",
                                "promisedUntil = now;"));
    }

    private static Stream<Mutant> logs() {
        return Stream.of(
                Mutant.called("entry of an older term committed by counting")
                        .shows("section 5.4.2")
                        .in(
                                "raft/Leadership.java",
                                "majority > raft.commitIndex && raft.log.termAt(majority) == raft.term()",
                                "majority > raft.commitIndex"),
                Mutant.called("committed entries deleted on a conflicting append")
                        .in(
                                "raft/Following.java",
                                "if (entry.index() <= raft.commitIndex) {",
                                "if (entry.index() <= raft.log.baseIndex()) {")
                        .in(
                                "raft/Following.java",
                                "if (raft.log.termAt(entry.index()) == entry.term()) {",
                                "if (entry.index() < request.prevIndex()) {"),
                Mutant.called("admission of nobody who does not hold what is committed now")
                        .shows("liveness")
                        .in(
                                "raft/Leadership.java",
                                "admissionLevel.isReached(response.matchIndex())",
                                "response.matchIndex() >= raft.commitIndex"),
                Mutant.called("admission before the one before is committed")
                        .shows("one admission at a time")
                        .in(
                                "raft/Leadership.java",
                                "acceptsProposals() && pendingAdmission <= raft.commitIndex;",
                                "acceptsProposals();"),
                Mutant.called("acknowledged before it is durable")
                        .shows("sends AppendResponse")
                        .in(
                                "raft/Following.java",
                                "long match = Math.min(verifiedIndex, raft.wal.durableIndex());",
                                "long match = verifiedIndex;"),
                Mutant.called("image install drops the suffix")
                        .in(
                                "raft/Log.java",
                                "knows(index) && termAt(index) == term ? slice(index + 1, Long.MAX_VALUE) : List.of();",
                                "List.of();"),
                Mutant.called("image install keeps a conflicting suffix")
                        .in("raft/Log.java", "knows(index) && termAt(index) == term ? slice", "knows(index) ? slice"),
                Mutant.called("truncation lost at replay")
                        .in(
                                "partition/Recovery.java",
                                "write.truncateFrom().isPresent()",
                                "write.truncateFrom().isPresent() && write.number() < 0"),
                Mutant.called("replica stuck when an image races a restart")
                        .shows("liveness")
                        .in("raft/ImageSender.java", "acknowledged = lastAcknowledgement;", "")
                        .in("raft/ImageSender.java", "next == 0 && acknowledged > 0", "next < 0"));
    }

    private static Stream<Mutant> callers() {
        return Stream.of(
                // The lost leader keeps its proposals, and answers whatever comes to stand at their index.
                Mutant.called("success answered for another entry at the same index")
                        .in("partition/PartitionCore.java", "if (own) { writes.applied(", "{ writes.applied(")
                        .in(
                                "partition/PendingWrites.java",
                                "return !proposals.isEmpty() && proposals.peekFirst().index() == index",
                                "while (!proposals.isEmpty() && proposals.peekFirst().index() < index) {"
                                        + " proposals.removeFirst(); }"
                                        + " return !proposals.isEmpty() && proposals.peekFirst().index() == index")
                        .in(
                                "partition/PendingWrites.java",
                                "List<Outcome> own = List.copyOf(outcomes.subList(from, to));",
                                "if (to > outcomes.size()) { break; }"
                                        + " List<Outcome> own = List.copyOf(outcomes.subList(from, to));")
                        .in(
                                "partition/PendingWrites.java",
                                "proposals.stream() .flatMap(",
                                "proposals.stream().limit(0).flatMap(")
                        .in("partition/PendingWrites.java", "queued.clear(); proposals.clear();", "queued.clear();")
                        .in("partition/PendingWrites.java", "attempts.clear();", ""),
                Mutant.called("read without lease or quorum")
                        .shows(" gave ")
                        .in("raft/Confirmation.java", "if (ready && leaseHolds()) {", "if (ready) {"),
                Mutant.called("stale read however old")
                        .shows(" gave ")
                        .in(
                                "partition/PartitionCore.java",
                                "return asOf > 0 && dates.soundNow(now).wallMillis() - asOf <= maxStalenessMillis;",
                                "return true;"),
                Mutant.called("answered with ALL when a majority holds it")
                        .shows("acknowledged with ALL")
                        .in(
                                "partition/PendingWrites.java",
                                "if (submit.concern() == WriteConcern.ALL) {",
                                "if (submit.concern() == WriteConcern.ALL && bytes < 0) {"),
                Mutant.called("answered with ONE before the journal holds it")
                        .shows("acknowledged with ONE")
                        .in(
                                "partition/PartitionCore.java",
                                "writes.durableHere(raft.durableIndex(), out.replies);",
                                "writes.durableHere(raft.lastIndex(), out.replies);"),
                Mutant.called("lease not dropped on transfer")
                        .shows(" gave ")
                        .in(
                                "raft/Leadership.java",
                                "confirmation.dropLease(); raft.send(to, new TimeoutNow",
                                "raft.send(to, new TimeoutNow"),
                Mutant.called("lease under clocks that run apart")
                        .shows(" gave ")
                        .in("raft/ClockRateGuard.java", "return proven;", "return true;"),
                Mutant.called("duplicate applied after a takeover")
                        .in(
                                "store/PartitionStore.java",
                                "Optional<Outcome> first = outcome(command.id());",
                                "Optional<Outcome> first = Optional.empty();"),
                Mutant.called("outcomes left out of the image")
                        .in("store/PartitionStore.java", "sessions.restore(image.sessions());", ""));
    }

    private static Stream<Mutant> transactions() {
        return Stream.of(
                Mutant.called("no validation of what a transaction read")
                        .in(
                                "store/TransactionSteps.java",
                                "return !locked && unchanged(set, floor);",
                                "return !locked;"),
                Mutant.called("no validation of what a transaction scanned")
                        .in(
                                "store/TransactionSteps.java",
                                "if (range.asOf() < floor || !versions.unchanged(range)) {",
                                "if (range.asOf() < floor) {"),
                Mutant.called("commit answered when its leader alone holds it")
                        .in(
                                "partition/PendingWrites.java",
                                "if (pending.early && !pending.answered",
                                "boolean last = pending.submit.commands().get(0).operation() instanceof Command.CommitLast;"
                                        + " if ((pending.early || last) && !pending.answered")
                        .in(
                                "partition/PendingWrites.java",
                                "new Reply.Written(pending.submit.token(), foreseen(pending.submit))",
                                "new Reply.Written(pending.submit.token(), last ? List.of(new"
                                        + " Outcome(Outcome.Kind.COMMITTED, timestamp)) : foreseen(pending.submit))"),
                Mutant.called("read of a key that is about to change")
                        .shows(" gave ")
                        .in(
                                "store/Answers.java",
                                "&& transactions.locks().preparedWrite(get.key()).isPresent()",
                                "&& transactions.locks().preparedWrite(get.key()).isEmpty() && false"),
                Mutant.called("scan of keys that are about to change")
                        .shows(" gave ")
                        .in(
                                "store/Answers.java",
                                "return preparedWrite(scan, page).isPresent() ? new Query.Denied(Denial.LOCKED) : page;",
                                "return page;"),
                Mutant.called("deletion in a transaction left out")
                        .shows(" gave ")
                        .in(
                                "store/TransactionSteps.java",
                                "boolean nothing = write.value().isEmpty() && before.map(Version::liveTimestamp).orElse(0L) == 0;",
                                "boolean nothing = write.value().isEmpty();"),
                Mutant.called("read of a past that is forgotten")
                        .in(
                                "store/Answers.java",
                                "if (forTime.at().isPresent() && at < history.horizon()) {",
                                "if (at < 0) {"),
                Mutant.called("commit below the timestamp of a reader")
                        .in(
                                "store/Answers.java",
                                "return prepared.getAsLong() <= at",
                                "return prepared.getAsLong() < 0"),
                Mutant.called("old value of a key that is about to change")
                        .in(
                                "store/Answers.java",
                                "&& transactions.locks().preparedWrite(get.key()).isPresent()",
                                "&& transactions.locks().preparedWrite(get.key()).isEmpty() && false")
                        .in(
                                "store/Answers.java",
                                "OptionalLong prepared = preparedWrite(query, dated.answer());",
                                "OptionalLong prepared = OptionalLong.empty();"),
                Mutant.called("locks lost with an image")
                        .in("store/PartitionStore.java", "transactions.restore(image.transactions());", ""),
                Mutant.called("locks of reads left out")
                        .in(
                                "store/Locks.java",
                                "return written.containsKey(key) || read.containsKey(key)",
                                "return written.containsKey(key)"),
                Mutant.called("commit decision forgotten before it is complete")
                        .in(
                                "store/TransactionSteps.java",
                                "transactions.keep(new CommittedTransaction(id, timestamp, last.others()));",
                                "")
                        .in(
                                "store/TransactionSteps.java",
                                "known.filter(it -> it.kind() == Kind.COMMITTED || it.kind() == Kind.FORGOTTEN)",
                                "known.filter(it -> it.kind() == Kind.FORGOTTEN)"),
                Mutant.called("commit at the last below a prepare of the others")
                        .in("partition/EntryDates.java", "clock.observe(last.preparedUpTo());", "")
                        .in(
                                "store/TransactionSteps.java",
                                "last.preparedUpTo() < timestamp,",
                                "last.preparedUpTo() != timestamp,"),
                Mutant.called("commit at the last without a look at what was read there")
                        .in(
                                "store/TransactionSteps.java",
                                "Outcome outcome = commit(timestamp, last.set(), floor);",
                                "write(last.set(), timestamp); Outcome outcome = new Outcome(Kind.COMMITTED, timestamp);"),
                Mutant.called("conflict at the last resolved as a commit")
                        .in(
                                "txn/Coordinator.java",
                                "case CONFLICT -> aborted(Cause.CONFLICT, others);",
                                "case CONFLICT -> { answer(new Aborted(Cause.CONFLICT)); resolve(Decision.commitAt(preparedUpTo), others); }"),
                Mutant.called("decided before those are prepared that wait")
                        .in("txn/Coordinator.java", "tasks.isEmpty() && !waiting.isEmpty()", "waiting.size() < 0"),
                Mutant.called("in doubt settled two ways")
                        .in(
                                "txn/Coordinator.java",
                                "here); coordinator.decide();",
                                "here); coordinator.resolve(Decision.ABORT, coordinator.others);"),
                Mutant.called("time closed by a promise of the leader alone")
                        .in(
                                "partition/PartitionCore.java",
                                "if (at <= store.lastTimestamp()) {",
                                "if (leads()) { dates.observe(at); store.closeTime(at); } if (at <= store.lastTimestamp()) {")
                        .in(
                                "store/PartitionStore.java",
                                "public long lastTimestamp() {",
                                "public void closeTime(long at) { lastTimestamp = Math.max(lastTimestamp, at); } public long lastTimestamp() {"));
    }

    /** One for each of the rarer faults and checks. */
    private static Stream<Mutant> rarities() {
        return Stream.of(
                Mutant.called("storage trusted that has gone back")
                        .in(
                                "raft/Raft.java",
                                "if (floor.isAbove(hardState()",
                                "if (floor.term() < 0 && floor.isAbove(hardState()"),
                Mutant.called("what is not committed held against a storage")
                        .shows("took a sound storage")
                        .in("raft/Replication.java", "return Math.min(index, raft.commitIndex);", "return index;"),
                Mutant.called("late votes counted for a term that was led before")
                        .shows("election safety")
                        .in("raft/Election.java", "standingIn = 0; resetTimer();", "resetTimer();"),
                Mutant.called("a leader's own wall clock trusted")
                        .shows("ahead of that of most sites")
                        .in(
                                "partition/EntryDates.java",
                                "now.wallMillis() + raft.wallCorrectionMillis(now));",
                                "now.wallMillis());")
                        .in(
                                "partition/EntryDates.java",
                                "now.wallMillis() + raft.wallCorrectionForDatingMillis(now));",
                                "now.wallMillis());"),
                Mutant.called("image taken without its checksum")
                        .in("raft/ImageReceiver.java", "if ((int) crc.getValue() == checksum) {", "if (count >= 0) {"),
                Mutant.called("forgotten outcome taken for one that never was")
                        .in(
                                "store/Sessions.java",
                                "for (var first = first(silent); isBefore(first, goneSince);",
                                "for (var first = first(silent); isBefore(first, silentSince);"),
                Mutant.called("locks left for seconds beyond their deadline")
                        .shows("beyond its deadline")
                        .in(
                                "partition/Overdue.java",
                                "if (late && known.mayBeAskedFor(now)) {",
                                "if (late && now.nanos() - known.sinceNanos >= 6_000_000_000L && known.mayBeAskedFor(now)) {"),
                Mutant.called("audit that mixes two moments")
                        .in(
                                "store/Versions.java",
                                "validity.narrow(newest.get(key), at);",
                                "validity.narrow(newest.get(key), Long.MAX_VALUE);"),
                Mutant.called("scan that ends where it has skipped enough")
                        .in(
                                "store/Versions.java",
                                "if (skipped == mostSkipped) { return validity.dated(new Query.Page(entries, lookedUpTo, skipped));",
                                "if (skipped == mostSkipped) {"
                                        + " return validity.dated(new Query.Page(entries, Optional.empty(), skipped));"),
                Mutant.called("range that ends before what its page skipped")
                        .in(
                                "store/ReadWriteSet.java",
                                "page.more() ? page.resumeBehind().map(ReadWriteSet::justBehind)",
                                "page.more() ? Optional.of(page.entries().isEmpty() ? from"
                                        + " : justBehind(page.entries().get(0).key()))"),
                Mutant.called("refused for want of memory, and taken all the same")
                        .in(
                                "partition/PartitionCore.java",
                                "raft(new Input.Nudge()); refuse(submit.token(), Refusal.FULL);",
                                "writes.offer(submit); refuse(submit.token(), Refusal.FULL);"),
                Mutant.called("aborted for want of memory without asking the decider")
                        .in(
                                "txn/Coordinator.java",
                                "noRoom = true; decide();",
                                "noRoom = true; aborted(Cause.NO_ROOM, others);"),
                Mutant.called("lease without allowance for differing clocks")
                        .shows(" gave ")
                        .in(
                                "raft/Replication.java",
                                "(long) (response.promiseNanos() / (1 + raft.config.clockDriftBound()));",
                                "response.promiseNanos();"),
                Mutant.called("lease counted from the answer instead of the question")
                        .shows(" gave ")
                        .in("raft/Replication.java", "response.stamp() + shortest", "raft.now.nanos() + shortest"),
                Mutant.called("promise shorter than the follower says")
                        .shows(" gave ")
                        .in(
                                "raft/Election.java",
                                "void promise() { campaigns = 0; promisedUntil = raft.now.nanos() + raft.config.leaseNanos();",
                                "void promise() { campaigns = 0; promisedUntil = raft.now.nanos() + raft.config.leaseNanos() / 2;"),
                Mutant.called("locks dropped when another replica leads")
                        .in(
                                "partition/PartitionCore.java",
                                "leadingTerm = raft.leadingTerm();",
                                "if (raft.leadingTerm() != 0 && raft.leadingTerm() != leadingTerm) { store.dropLocks(); }"
                                        + " leadingTerm = raft.leadingTerm();")
                        .in(
                                "store/PartitionStore.java",
                                "public boolean hasTransactions() {",
                                "public void dropLocks() { transactions.dropLocks(); } public boolean hasTransactions() {")
                        .in(
                                "store/Transactions.java",
                                "private final Locks locks = new Locks();",
                                "private Locks locks = new Locks(); void dropLocks() { prepared.clear(); locks = new Locks(); }"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isCaught(Mutant mutant) throws IOException {
        String found = mutant.firstFailure(scratch, 0, SEEDS_AT_MOST, OPERATIONS);
        assertThat(found).as("%s survives %d seeds", mutant, SEEDS_AT_MOST).isNotEmpty();
        int space = found.indexOf(' ');
        long seed = Long.parseLong(found.substring(0, space));
        assertThat(SimRun.of(seed, SimOptions.of(0, OPERATIONS), false).failure())
                .as("seed %d without the bug", seed)
                .isEmpty();
        assertThat(found).as("%s", mutant).contains(mutant.words());
        String first = found.lines().findFirst().orElseThrow();
        System.out.printf(
                "%-55s caught by seed %4s: %s%n", mutant, found.substring(0, space), first.substring(space + 1));
    }
}
