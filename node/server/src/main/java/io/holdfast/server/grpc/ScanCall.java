package io.holdfast.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.holdfast.core.Bytes;
import io.holdfast.core.store.Query;
import io.holdfast.server.gateway.Drain;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Result;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;
import io.holdfast.v1.ScanResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One scan: the ordered pages of all its partitions, merged by key. A partition is asked for its next page when the last one is
 * used up, and nothing is asked while the caller does not read. Reads change nothing, so a page that no leader gave is asked
 * for again, for as long as a request may take by default.
 *
 * <p>A page holds one entry at least, however large, so that what a scan holds is bounded by {@link RequestMemory} alone. One that gets a page for
 * which there is no room ends: its caller goes on behind the last key that it has read. One at a time may hold first pages that there is no room for.
 */
final class ScanCall {
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(50);
    private static final int MESSAGE_BYTES = 64 << 10;
    /** What an entry takes beside its key and its value. */
    private static final int ENTRY_BYTES = 24;

    private final ScanPlan plan;
    private final Backend backend;
    private final ServerCallStreamObserver<ScanResponse> out;
    private final RequestMemory memory;
    private final Duration patience;
    private final Consumer<ScanCall> atEnd;
    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private final Drain drain = new Drain(this::advance);

    // The drain's own.
    private final PriorityQueue<Cursor> byKey = new PriorityQueue<>(Comparator.comparing(Cursor::key));
    private final List<Cursor> empty = new ArrayList<>();
    private int asked;
    /** Its first pages take more than there was room for. */
    private boolean exceeds;

    private long left;
    /** What its pages hold that has not been merged; a counter of this kind because {@link RequestMemory} counts with it. */
    private final AtomicLong pageBytes = new AtomicLong();
    /** When the last part went, or it began; written by the drain alone. */
    private volatile long sentNanos = System.nanoTime();

    private volatile boolean forgotten;
    private ScanResponse.Builder message = ScanResponse.newBuilder();
    private int messageBytes;

    /** What a partition, by its place in the plan, answered to the request for a page. */
    private record Arrival(Cursor cursor, Result result) {}

    /** Where the scan stands in one partition. */
    private static final class Cursor {
        final PartitionId partition;
        Optional<Bytes> behind;
        List<Query.KeyValue> page = List.of();
        int next;
        /** Where the next page starts; empty: there is none. */
        Optional<Bytes> resumeBehind = Optional.empty();

        int pages;

        long giveUpNanos;

        Cursor(PartitionId partition, Optional<Bytes> behind) {
            this.partition = partition;
            this.behind = behind;
        }

        Bytes key() {
            return page.get(next).key();
        }
    }

    /**
     * @param patience a reader that takes nothing for so long may have forgotten this scan: then another one may get its place
     * @param atEnd called once, however it ends
     */
    ScanCall(
            ScanPlan plan,
            Backend backend,
            ServerCallStreamObserver<ScanResponse> out,
            RequestMemory memory,
            Duration patience,
            Consumer<ScanCall> atEnd) {
        this.plan = plan;
        this.backend = backend;
        this.out = out;
        this.memory = memory;
        this.patience = patience;
        this.atEnd = atEnd;
        this.left = plan.limit();
        plan.partitions().forEach(partition -> empty.add(new Cursor(partition, plan.after())));
        out.setOnReadyHandler(drain::run);
        out.setOnCancelHandler(this::cancelled);
    }

    void begin() {
        drain.run();
    }

    /** Whether its reader has taken nothing for so long that it may never go on. */
    boolean isForgotten() {
        return !out.isReady() && System.nanoTime() - sentNanos >= patience.toNanos();
    }

    long sentNanos() {
        return sentNanos;
    }

    /** Ends it for another one. Its place is free when this returns. */
    void giveUp() {
        if (end()) {
            forgotten = true;
            drain.run();
        }
    }

    private void cancelled() {
        end();
        drain.run();
    }

    private boolean end() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            atEnd.accept(this);
        }
        return first;
    }

    private void advance() {
        try {
            for (Arrival next = arrivals.poll(); next != null && !over.get(); next = arrivals.poll()) {
                arrived(next.cursor, next.result);
            }
            if (forgotten) {
                forgotten = false;
                close(new Problem(
                        Reason.OVERLOADED,
                        "Nothing of this scan was read for " + patience.toSeconds()
                                + " s, and another one has its place: begin one behind the last key that was read."));
            } else if (!over.get() && out.isReady()) {
                merge();
            }
        } catch (RuntimeException e) {
            fail(NodeGate.toProblem(e));
        }
        if (over.get()) {
            exceedNoMore();
            release(pageBytes.get());
            arrivals.clear();
            byKey.clear();
        }
    }

    private void exceedNoMore() {
        if (exceeds) {
            exceeds = false;
            memory.exceedsNoMore(this);
        }
    }

    private void release(long bytes) {
        pageBytes.addAndGet(-bytes);
        memory.answers(-bytes);
    }

    private void arrived(Cursor cursor, Result result) {
        asked--;
        if (result instanceof Result.Found found && !(found.answer() instanceof Query.Denied)) {
            Query.Page page = pageOf(found.answer());
            if (!hold(bytesOf(page), cursor.pages == 0)) {
                fail(RequestMemory.noRoomForAnswer());
                return;
            }
            cursor.page = page.entries();
            cursor.next = 0;
            cursor.resumeBehind = page.resumeBehind();
            cursor.giveUpNanos = 0;
            cursor.pages++;
            settle(cursor);
        } else {
            Problem problem = result instanceof Result.Found found
                    ? Problem.of(((Query.Denied) found.answer()).reason())
                    : Problem.of((Result.Failed) result);
            ErrorRule.Retry retry = ErrorRule.of(problem.reason()).retry();
            boolean passing = retry == ErrorRule.Retry.SAME_ID || retry == ErrorRule.Retry.SAME_ID_OR_OUTCOME;
            if (passing && System.nanoTime() - cursor.giveUpNanos < 0) {
                asked++;
                backend.delay().after(ASK_AGAIN_AFTER, () -> ask(List.of(cursor)));
            } else {
                fail(problem);
            }
        }
    }

    private boolean hold(long bytes, boolean first) {
        boolean held = memory.holdAnswer(bytes, pageBytes);
        if (!held && first && memory.mayExceed(this)) {
            exceeds = true;
            pageBytes.addAndGet(bytes);
            memory.answers(bytes);
            return true;
        }
        return held;
    }

    private static Query.Page pageOf(Query.Answer answer) {
        return (Query.Page) (answer instanceof Query.Dated dated ? dated.answer() : answer);
    }

    private static long bytesOf(Query.Page page) {
        return page.entries().stream().mapToLong(ScanCall::bytesOf).sum();
    }

    private static int bytesOf(Query.KeyValue entry) {
        return entry.key().length() + entry.value().length() + ENTRY_BYTES;
    }

    /** Puts a cursor where it belongs: among those with a key, those to ask, or nowhere if it is at its end. */
    private void settle(Cursor cursor) {
        if (cursor.next < cursor.page.size()) {
            byKey.add(cursor);
        } else if (cursor.resumeBehind.isPresent()) {
            cursor.behind = cursor.resumeBehind;
            empty.add(cursor);
        }
    }

    private void merge() {
        while (left > 0) {
            if (!empty.isEmpty()) {
                asked += empty.size();
                List<Cursor> all = List.copyOf(empty);
                empty.clear();
                ask(all);
            }
            // The smallest key is known only when every partition has shown its next one.
            if (asked > 0) {
                return;
            }
            Cursor smallest = byKey.poll();
            if (smallest == null) {
                break;
            }
            take(smallest);
            if (messageBytes >= MESSAGE_BYTES) {
                send();
                if (!out.isReady()) {
                    return;
                }
            }
        }
        send();
        if (end()) {
            out.onCompleted();
        }
    }

    private void take(Cursor cursor) {
        exceedNoMore();
        Query.KeyValue entry = cursor.page.get(cursor.next++);
        message.addEntries(Found.entry(entry));
        int bytes = bytesOf(entry);
        messageBytes += bytes;
        release(bytes);
        left--;
        settle(cursor);
    }

    /** Called by the drain, and for a repetition by a timer: touches nothing of the drain's but the cursors given. */
    private void ask(List<Cursor> cursors) {
        if (over.get()) {
            return;
        }
        long now = System.nanoTime();
        int timeout = backend.defaultTimeoutMillis();
        for (Cursor cursor : cursors) {
            if (cursor.giveUpNanos == 0) {
                cursor.giveUpNanos = now + Duration.ofMillis(timeout).toNanos();
            }
        }
        var reads = new ArrayList<Operation>(cursors.size());
        for (int i = 0; i < cursors.size(); i++) {
            Cursor cursor = cursors.get(i);
            Query query = plan.page(cursor.behind, left, cursor.pages);
            reads.add(backend.gateway()
                    .operations()
                    .read(i, cursor.partition, query, plan.maxStalenessMillis(), timeout));
        }
        backend.gateway().submit(reads, (leader, answers) -> {
            answers.forEach(answer -> arrivals.add(
                    new Arrival(cursors.get((int) answer.operation().tag()), answer.result())));
            drain.run();
        });
    }

    private void send() {
        if (messageBytes > 0) {
            out.onNext(message.build());
            sentNanos = System.nanoTime();
            message = ScanResponse.newBuilder();
            messageBytes = 0;
        }
    }

    private void fail(Problem problem) {
        if (end()) {
            close(problem);
        }
    }

    /** What was merged before is sent first, so that the caller can go on behind it. */
    private void close(Problem problem) {
        send();
        out.onError(problem.toStatus());
    }
}
