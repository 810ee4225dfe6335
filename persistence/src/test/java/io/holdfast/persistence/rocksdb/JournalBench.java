package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.persistence.AbstractPersistentActor;
import org.apache.pekko.persistence.DeleteMessagesSuccess;

/**
 * Measures the journal by itself; a program to run by hand, not a test. Arguments: actors, seconds, events a write,
 * events kept (0: delete nothing; n: each actor deletes all but the last n whenever 2 n have gathered), directory.
 */
public final class JournalBench {
    private static final byte[] EVENT = new byte[256];

    private JournalBench() {}

    /** Writes in a closed loop: the next write begins when the one before is durable. */
    static final class Writer extends AbstractPersistentActor {
        private final String id;
        private final int perWrite;
        private final long keep;
        private final AtomicLong written;
        private final ConcurrentLinkedQueue<long[]> latencies;
        private final CountDownLatch stopped;
        private final CountDownLatch died;
        private final long[] nanos = new long[200_000];
        private int writes;
        private int confirmed;
        private long began;
        private long deletedTo;
        private volatile boolean stop;

        Writer(
                String id,
                int perWrite,
                long keep,
                AtomicLong written,
                ConcurrentLinkedQueue<long[]> latencies,
                CountDownLatch stopped,
                CountDownLatch died) {
            this.id = id;
            this.perWrite = perWrite;
            this.keep = keep;
            this.written = written;
            this.latencies = latencies;
            this.stopped = stopped;
            this.died = died;
        }

        @Override
        public void postStop() {
            if (!stop) {
                died.countDown();
            }
        }

        @Override
        public String persistenceId() {
            return id;
        }

        @Override
        public Receive createReceiveRecover() {
            return receiveBuilder().matchAny(ignored -> {}).build();
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder()
                    .matchEquals("go", go -> write())
                    .matchEquals("stop", now -> stop = true)
                    .match(DeleteMessagesSuccess.class, done -> {})
                    .build();
        }

        private void write() {
            if (stop) {
                latencies.add(Arrays.copyOf(nanos, Math.min(writes, nanos.length)));
                stopped.countDown();
                return;
            }
            began = System.nanoTime();
            confirmed = 0;
            for (int i = 0; i < perWrite; i++) {
                persistAsync(EVENT, event -> confirm());
            }
        }

        private void confirm() {
            written.incrementAndGet();
            if (++confirmed == perWrite) {
                nanos[writes++ % nanos.length] = System.nanoTime() - began;
                if (keep > 0 && lastSequenceNr() - deletedTo >= 2 * keep) {
                    deletedTo = lastSequenceNr() - keep;
                    deleteMessages(deletedTo);
                }
                self().tell("go", self());
            }
        }
    }

    public static void main(String[] args) throws Exception {
        int actors = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        int perWrite = Integer.parseInt(args[2]);
        long keep = Long.parseLong(args[3]);
        Path dir = args.length > 4 ? Path.of(args[4]) : Files.createTempDirectory("journal-bench");
        ActorSystem system = ActorSystem.create("bench", config(dir));
        try {
            measure(system, actors, seconds, perWrite, keep, dir);
            replay(system, dir);
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    private static void measure(ActorSystem system, int actors, int seconds, int perWrite, long keep, Path dir)
            throws Exception {
        var written = new AtomicLong();
        var latencies = new ConcurrentLinkedQueue<long[]>();
        var stopped = new CountDownLatch(actors);
        var died = new CountDownLatch(1);
        var writers = new ActorRef[actors];
        for (int i = 0; i < actors; i++) {
            String id = "bench/" + i;
            writers[i] = system.actorOf(Props.create(
                    Writer.class, () -> new Writer(id, perWrite, keep, written, latencies, stopped, died)));
            writers[i].tell("go", ActorRef.noSender());
        }
        allWriteFor(seconds / 2, died);
        long from = written.get();
        long began = System.nanoTime();
        allWriteFor(seconds, died);
        double rate = (written.get() - from) * 1e9 / (System.nanoTime() - began);
        for (ActorRef writer : writers) {
            writer.tell("stop", ActorRef.noSender());
        }
        if (!stopped.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException(stopped.getCount() + " writers did not end their last write within 30 s");
        }
        long[] sorted =
                latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "actors=%d events_per_write=%d keep=%d events_per_s=%.0f write_p50_ms=%.2f p99_ms=%.2f p999_ms=%.2f disk_mib=%d dir=%s%n",
                actors,
                perWrite,
                keep,
                rate,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                sorted[(int) (sorted.length * 0.999)] / 1e6,
                diskUse(dir) >> 20,
                dir);
    }

    private static void allWriteFor(int seconds, CountDownLatch died) throws InterruptedException {
        if (died.await(seconds, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a writer stopped, see the log: what the others make is no measurement");
        }
    }

    private static void replay(ActorSystem system, Path dir) {
        var settings = system.settings().config().getConfig("holdfast.persistence.rocksdb.journal");
        JournalDatabase database = RocksStorage.get(system).journal(JournalSettings.of(settings));
        var count = new AtomicLong();
        long began = System.nanoTime();
        database.replay("bench/0", 1, Long.MAX_VALUE, (sequenceNr, event) -> count.incrementAndGet() > 0);
        var took = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf("replay of bench/0: %d events in %d ms%n", count.get(), took.toMillis());
    }

    private static long diskUse(Path dir) throws Exception {
        try (var files = Files.walk(dir)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private static Config config(Path dir) {
        return ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = holdfast.persistence.rocksdb.journal
                        pekko.persistence.snapshot-store.plugin = holdfast.persistence.rocksdb.snapshot-store
                        holdfast.persistence.rocksdb.journal.dir = "%s"
                        holdfast.persistence.rocksdb.snapshot-store.dir = "%s"
                        pekko.loglevel = WARNING
                        """
                                .formatted(dir, dir))
                .withFallback(ConfigFactory.load());
    }
}
