package io.holdfast.client.internal;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.RequestBatch;
import io.holdfast.v1.Response;
import io.holdfast.v1.ResponseBatch;
import io.holdfast.v1.Routes;
import io.holdfast.v1.StoreGrpc;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One node: its channel, the Session stream over it, and what is outstanding there. It reconnects by itself. Everything
 * runs on the client's thread.
 */
final class NodeConnection {
    private static final long CALL_MILLIS = 2000;
    private static final long BACKOFF_LEAST = 50_000_000L;
    private static final long BACKOFF_MOST = 1_000_000_000L;

    /** Told of what happens here, on the client's thread. */
    interface Listener {
        void connected(NodeConnection node, Routes routes);

        void routes(NodeConnection node, Routes routes);

        void response(NodeConnection node, Attempt attempt, Response response);

        void lost(NodeConnection node, List<Attempt> outstanding);

        void needsFlush(NodeConnection node);

        void endOfTurn();
    }

    /** What belongs to one connection, so that late reports of an earlier one can be told apart. */
    private static final class Link {
        final ManagedChannel channel;
        ClientCall<RequestBatch, ResponseBatch> session;

        Link(ManagedChannel channel) {
            this.channel = channel;
        }
    }

    private final Endpoint endpoint;
    private final Loop loop;
    private final WriteIds ids;
    private final Listener listener;
    private final LongTable<Attempt> pending = new LongTable<>();
    /** By the kind of what waits there. */
    private final Outbox[] outboxes = new Outbox[Kind.values().length];

    private final Health health = new Health();

    private Link link;
    private boolean ready;
    private boolean closed;
    private boolean probing;
    private boolean flushAsked;
    /** The outbox that the next flush begins with. */
    private int next;

    /** Whether a timer will flush, and when. */
    private boolean timed;

    private long timedFor;

    private long lastId;
    private long backoff = BACKOFF_LEAST;
    private int scans;
    private String failure = "not connected yet";
    Site site;

    NodeConnection(Endpoint endpoint, Loop loop, WriteIds ids, Listener listener) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.ids = ids;
        this.listener = listener;
        Arrays.setAll(outboxes, kind -> new Outbox());
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Connected and answering. */
    boolean usable() {
        return ready && !health.suspect();
    }

    boolean connected() {
        return ready;
    }

    int outstanding() {
        return pending.size() + scans;
    }

    Health health() {
        return health;
    }

    /** Why it is not connected, for people. */
    String failure() {
        return failure;
    }

    ManagedChannel channel() {
        return link.channel;
    }

    void scanBegan() {
        scans++;
    }

    void scanEnded() {
        scans--;
    }

    void connect() {
        if (closed || link != null) {
            return;
        }
        Link mine = new Link(loop.channel(endpoint));
        link = mine;
        getRoutes(mine, CALL_MILLIS, (routes, error) -> {
            if (error != null) {
                lose(mine, Status.fromThrowable(error));
            } else {
                open(mine, routes);
            }
        });
    }

    private void open(Link mine, Routes routes) {
        mine.session = mine.channel.newCall(StoreGrpc.getSessionMethod(), CallOptions.DEFAULT);
        mine.session.start(new SessionListener(mine), new Metadata());
        // The answers are bounded by the requests outstanding, so that nothing is won by asking for them one by one.
        mine.session.request(Integer.MAX_VALUE);
        ready = true;
        backoff = BACKOFF_LEAST;
        failure = "connected";
        listener.connected(this, routes);
        listener.endOfTurn();
    }

    /** Queues the operation's next attempt; {@link #flush} sends it. */
    Attempt send(Op<?> op, long now) {
        Attempt attempt = new Attempt(op, this, ++lastId, now);
        pending.put(attempt.id, attempt);
        outboxOf(op).add(attempt);
        askFlush();
        return attempt;
    }

    /** Nobody waits for this answer any more. */
    void forget(Attempt attempt) {
        if (pending.remove(attempt.id) != null) {
            ended(attempt);
        }
    }

    private void ended(Attempt attempt) {
        Outbox outbox = outboxOf(attempt.op);
        outbox.ended(attempt);
        if (!outbox.isEmpty()) {
            askFlush();
        }
    }

    private Outbox outboxOf(Op<?> op) {
        return outboxes[op.kind().ordinal()];
    }

    private void askFlush() {
        if (!flushAsked) {
            flushAsked = true;
            listener.needsFlush(this);
        }
    }

    /** Sends what waits, unless it is better to let more gather; what the stream does not take goes when it is ready again. */
    void flush(long now) {
        flushAsked = false;
        long soonest = Long.MAX_VALUE;
        int from = next;
        for (int i = 0; i < outboxes.length; i++) {
            int number = (from + i) % outboxes.length;
            Outbox outbox = outboxes[number];
            if (!outbox.isEmpty()) {
                long left = outbox.left(now);
                if (left == 0) {
                    // The next flush begins behind it, so that a backlog of one kind does not hold the others up.
                    next = send(outbox, now) ? number + 1 : next;
                } else {
                    soonest = Math.min(soonest, left);
                }
            }
        }
        if (soonest != Long.MAX_VALUE) {
            flushIn(soonest, now);
        }
    }

    private boolean send(Outbox outbox, long now) {
        return outbox.send(ids, now, () -> ready && link.session.isReady(), batch -> link.session.sendMessage(batch));
    }

    /** A timer that would fire later stays, and finds nothing to do. */
    private void flushIn(long nanos, long now) {
        if (timed && timedFor - now <= nanos) {
            return;
        }
        timed = true;
        long mine = now + nanos;
        timedFor = mine;
        loop.schedule(
                () -> {
                    if (timedFor == mine) {
                        timed = false;
                    }
                    flush(System.nanoTime());
                },
                nanos);
    }

    /** An attempt had no answer in time, and nothing else came from the node since it was sent. */
    void suspect(long now) {
        if (ready) {
            health.suspect(now);
            failure = "it does not answer";
        }
    }

    /** Called a few times a second: asks a silent node whether it is there, and gives up one that is not. */
    void tick(long now) {
        if (ready && health.hopeless(now)) {
            lose(link, Status.UNAVAILABLE.withDescription("it does not answer"));
        } else if (ready && health.doubtful(now, outstanding() > 0)) {
            probe(now);
        }
    }

    /** Asks for the routes, which also tells whether the node is there. */
    void probe(long now) {
        if (!ready || probing) {
            return;
        }
        probing = true;
        health.probed(now);
        Link mine = link;
        getRoutes(mine, CALL_MILLIS / 2, (routes, error) -> {
            probing = false;
            if (mine != link || !ready) {
                return;
            }
            if (error == null) {
                listener.routes(this, routes);
            } else if (!health.heardSinceProbe()) {
                suspect(System.nanoTime());
            }
            listener.endOfTurn();
        });
    }

    private void getRoutes(Link mine, long millis, Unary.Then<Routes> then) {
        long begin = System.nanoTime();
        AdminGrpc.newStub(mine.channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .getRoutes(GetRoutesRequest.getDefaultInstance(), new Unary<>(loop, (routes, error) -> {
                    if (error == null && mine == link) {
                        health.answered(begin, System.nanoTime());
                    }
                    then.accept(routes, error);
                }));
    }

    private void lose(Link mine, Status why) {
        if (mine != link) {
            return;
        }
        link = null;
        ready = false;
        probing = false;
        failure = Errors.describe(why);
        mine.channel.shutdownNow();
        for (Outbox outbox : outboxes) {
            outbox.clear();
        }
        List<Attempt> outstanding = pending.removeAll();
        if (!closed) {
            long delay = backoff / 2 + ThreadLocalRandom.current().nextLong(backoff / 2);
            backoff = Math.min(BACKOFF_MOST, backoff * 2);
            loop.schedule(this::connect, delay);
        }
        listener.lost(this, outstanding);
        listener.endOfTurn();
    }

    void close() {
        closed = true;
        if (link != null) {
            lose(link, Status.CANCELLED.withDescription("the client was closed"));
        }
    }

    private final class SessionListener extends ClientCall.Listener<ResponseBatch> {
        private final Link mine;

        SessionListener(Link mine) {
            this.mine = mine;
        }

        @Override
        public void onMessage(ResponseBatch batch) {
            loop.onLoop(() -> received(batch));
        }

        private void received(ResponseBatch batch) {
            if (mine != link) {
                return;
            }
            long now = System.nanoTime();
            health.heard(now);
            for (int i = 0; i < batch.getResponsesCount(); i++) {
                Response response = batch.getResponses(i);
                Attempt attempt = pending.remove(response.getId());
                // Null: the operation ended before, by another attempt or its deadline.
                if (attempt != null) {
                    ended(attempt);
                    // A refusal comes without what the request would have taken.
                    if (!response.hasError()) {
                        outboxOf(attempt.op).answered(now - attempt.sentAt());
                    }
                    listener.response(NodeConnection.this, attempt, response);
                }
            }
            for (Outbox outbox : outboxes) {
                outbox.endOfMessage(now);
            }
            listener.endOfTurn();
        }

        @Override
        public void onReady() {
            loop.onLoop(() -> {
                if (mine == link && ready) {
                    flush(System.nanoTime());
                }
            });
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            loop.onLoop(() -> lose(mine, status));
        }
    }
}
