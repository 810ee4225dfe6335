package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteResponse;
import io.holdfast.core.raft.PeerMessage.VoteRequest;
import io.holdfast.core.raft.PeerMessage.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One replica, "a" of a, b and c, whose peers, clock and journal are the test itself. Each step's outputs replace the last
 * ones; messages and entries that came out are also collected.
 */
final class Lone {
    static final SiteId A = new SiteId("a");
    static final SiteId B = new SiteId("b");
    static final SiteId C = new SiteId("c");
    static final long MILLI = 1_000_000;
    static final long LEASE = 300;
    static final long ELECTION = 500;
    static final double DRIFT = 0.01;

    final RaftNode node;
    final List<PeerMessage> sent = new ArrayList<>();
    final List<Entry> applied = new ArrayList<>();
    final List<LogWrite> writes = new ArrayList<>();
    Outputs out = new Outputs();
    long millis = 10_000;

    private long stamp = 1_000;

    Lone() {
        this(config(), RecoveredLog.empty(genesis(), 1));
    }

    Lone(RaftConfig config, RecoveredLog recovered) {
        node = new RaftNode(config, recovered, noJitter(), now());
    }

    static RaftConfig config() {
        return config(LEASE, 64 * 1024, 4);
    }

    static RaftConfig config(long leaseMillis, int maxAppendBytes, int maxInFlight) {
        return config(List.of(A, B, C), leaseMillis, maxAppendBytes, maxInFlight);
    }

    static RaftConfig preferring(SiteId... order) {
        return config(List.of(order), LEASE, 64 * 1024, 4);
    }

    private static RaftConfig config(List<SiteId> preference, long leaseMillis, int maxAppendBytes, int maxInFlight) {
        return new RaftConfig(
                A,
                preference,
                50 * MILLI,
                ELECTION * MILLI,
                leaseMillis * MILLI,
                DRIFT,
                100_000 * MILLI,
                maxAppendBytes,
                maxInFlight,
                1024 * 1024,
                1024 * 1024,
                64,
                200 * MILLI);
    }

    static Membership genesis() {
        return Membership.of(Map.of(A, 1L, B, 1L, C, 1L));
    }

    /** Every draw is 0: timers run for just the election timeout. */
    static RandomGenerator noJitter() {
        return () -> 0;
    }

    /** A follower of term 5 with entries of the given terms, the first of them committed. */
    static Lone recovered(long term, Optional<SiteId> vote, long commitIndex, long... entryTerms) {
        return recovered(config(), term, vote, commitIndex, entryTerms);
    }

    static Lone recovered(RaftConfig config, long term, Optional<SiteId> vote, long commitIndex, long... entryTerms) {
        return new Lone(
                config,
                new RecoveredLog(
                        new HardState(term, vote, 1), genesis(), 0, 0, List.of(entries(1, entryTerms)), commitIndex));
    }

    static Entry[] entries(long from, long... terms) {
        var entries = new Entry[terms.length];
        for (int i = 0; i < terms.length; i++) {
            entries[i] = entry(from + i, terms[i]);
        }
        return entries;
    }

    static Entry entry(long index, long term) {
        return new Entry(term, index, index, Entry.Kind.COMMANDS, Bytes.utf8("entry " + index + " of term " + term));
    }

    Now now() {
        return new Now(millis * MILLI, 1_700_000_000_000L + millis);
    }

    Outputs step(Input input) {
        out = node.step(now(), input);
        out.messages().forEach(outgoing -> sent.add(outgoing.message()));
        applied.addAll(out.committed());
        out.write().ifPresent(writes::add);
        return out;
    }

    Outputs receive(PeerMessage message) {
        return step(new Input.Received(message));
    }

    Outputs tick() {
        return step(new Input.Tick());
    }

    Outputs tickAfter(long passedMillis) {
        millis += passedMillis;
        return tick();
    }

    /** The newest write is durable. */
    Outputs durable() {
        return step(new Input.Durable(writes.get(writes.size() - 1).number()));
    }

    void allDurable() {
        while (node.raft.wal.inFlight()) {
            durable();
        }
    }

    /** A leader's message with entries after prev. */
    AppendRequest append(SiteId from, long term, long prev, long prevTerm, long commit, Entry... entries) {
        return new AppendRequest(
                from, 1, term, ++stamp, prev, prevTerm, List.of(entries), commit, 0, false, Floors.NONE);
    }

    AppendResponse matches(SiteId from, long match) {
        return matches(from, match, NodeHealth.GOOD);
    }

    AppendResponse matches(SiteId from, long match, NodeHealth health) {
        return new AppendResponse(
                from,
                1,
                node.term(),
                newestStamp(),
                millis * MILLI,
                now().wallMillis(),
                0,
                promiseNanos(),
                match,
                new LogState.Matches(),
                health);
    }

    static long promiseNanos() {
        return LEASE * MILLI;
    }

    VoteRequest asksForVote(SiteId from, long term, boolean transfer) {
        return new VoteRequest(from, 1, term, 1_000, term - 1, transfer, Floors.NONE);
    }

    long newestStamp() {
        return sentOf(AppendRequest.class).stream()
                .mapToLong(AppendRequest::stamp)
                .max()
                .orElse(0);
    }

    <T extends PeerMessage> List<T> sentOf(Class<T> type) {
        return sent.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T> List<T> answered(Class<T> type) {
        return out.messages().stream()
                .map(Outgoing::message)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** Lets it win an election of the next term, by the vote of b; nobody has answered its leader yet. */
    Lone electByB() {
        allDurable();
        tickAfter(ELECTION + LEASE);
        receive(new PreVoteResponse(B, 1, node.term() + 1, true, 0, Floors.NONE));
        durable();
        receive(new VoteResponse(B, 1, node.term(), true, Floors.NONE));
        allDurable();
        return this;
    }

    /** Lets it win an election of the next term, with the first entry of its term durable at b as well. */
    Lone elect() {
        electByB();
        receive(matches(B, node.lastIndex()));
        receive(matches(C, node.lastIndex()));
        return this;
    }

    /** A moment later both followers answer again, so that their clocks' rates are proven. */
    Lone withLease() {
        for (int i = 0; i < 2; i++) {
            tickAfter(50);
            millis += 1;
            receive(matches(B, node.lastIndex()));
            receive(matches(C, node.lastIndex()));
        }
        return this;
    }
}
