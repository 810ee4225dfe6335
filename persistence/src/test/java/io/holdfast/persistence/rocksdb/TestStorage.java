package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.EventRecord;
import io.holdfast.persistence.SerializedObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ActorSystem;

/** What the tests of this package share. */
final class TestStorage {
    static final String JOURNAL = "holdfast.persistence.rocksdb.journal";
    static final String SNAPSHOTS = "holdfast.persistence.rocksdb.snapshot-store";

    private TestStorage() {}

    static Config config(Path journal, Path snapshots, String... more) {
        return ConfigFactory.parseString(String.join("\n", more))
                .withFallback(ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = %s
                        pekko.persistence.snapshot-store.plugin = %s
                        %1$s { dir = "%s", reopen-interval = 50 ms, reopen-free-space = 1 MiB }
                        %2$s.dir = "%s"
                        pekko.loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
                        pekko.loglevel = ERROR
                        """
                                .formatted(JOURNAL, SNAPSHOTS, journal, snapshots)))
                .withFallback(ConfigFactory.load());
    }

    static JournalSettings settings(Path dir, String... more) {
        return JournalSettings.of(config(dir, dir, more).getConfig(JOURNAL));
    }

    static JournalDatabase database(Path dir) {
        return database(dir, BatchCommit.TO_DISK);
    }

    static JournalDatabase database(Path dir, BatchCommit commit) {
        return new JournalDatabase(settings(dir), Clock.systemUTC(), commit);
    }

    static List<JournalRequest.Event> events(long from, long to) {
        var events = new ArrayList<JournalRequest.Event>();
        for (long n = from; n <= to; n++) {
            events.add(new JournalRequest.Event(n, event("e-" + n).encode(n)));
        }
        return events;
    }

    static EventRecord event(String payload) {
        var object = new SerializedObject(20, "", payload.getBytes(StandardCharsets.UTF_8));
        return new EventRecord(7, "m", "writer", object, Optional.empty());
    }

    static List<Long> replay(JournalDatabase database, String id, long from, long to) {
        var seen = new ArrayList<Long>();
        database.replay(id, from, to, (sequenceNr, event) -> {
            if (!event.equals(event("e-" + sequenceNr))) {
                throw new AssertionError("event " + sequenceNr + " is " + event);
            }
            return seen.add(sequenceNr);
        });
        return seen;
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("no answer from the storage", e);
        }
    }

    static void stop(ActorSystem system) {
        system.terminate();
        await(system.getWhenTerminated());
    }
}
