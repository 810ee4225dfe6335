package io.holdfast.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Outcome APPLIED = new Outcome(Outcome.Kind.APPLIED, 1);
    private static final Outcome FORGOTTEN = new Outcome(Outcome.Kind.FORGOTTEN, 0);

    private final Sessions sessions = new Sessions();

    private static WriteId id(long client, long sequence) {
        return new WriteId(client, sequence);
    }

    @Test
    void aClientThatWritesAgainIsRememberedFromThenOn() {
        sessions.record(id(1, 1), 0, 10, APPLIED);
        sessions.record(id(2, 1), 0, 20, APPLIED);
        sessions.expire(25, 0);
        sessions.record(id(1, 2), 0, 30, APPLIED);
        sessions.expire(30, 25);

        assertThat(sessions.find(id(1, 1))).contains(FORGOTTEN);
        assertThat(sessions.find(id(1, 2))).contains(APPLIED);
        assertThat(sessions.find(id(2, 1))).isEqualTo(Optional.empty());
    }

    /** By the rule itself, which looks at all of them; also where some have come from an image in between. */
    @Test
    void forgetsByTheTimeOfTheLastWriteAlone() {
        var random = new SplittableRandom(7);
        var model = new TreeMap<Long, Sessions.Session>();
        Sessions tested = sessions;
        for (long time = 1; time <= 20_000; time++) {
            WriteId id = id(random.nextLong(50) * random.nextLong(50), random.nextLong(1_000));
            long doneBelow = random.nextLong(500);
            tested.record(id, doneBelow, time, APPLIED);
            record(model, id, doneBelow, time);
            if (random.nextInt(20) == 0) {
                tested.expire(time - 100, time - 1_000);
                expire(model, time - 100, time - 1_000);
                assertThat(described(tested.image())).isEqualTo(described(model.values()));
                assertThat(tested.imageBytes()).isEqualTo(Sessions.imageBytes(List.copyOf(model.values())));
            }
            if (random.nextInt(300) == 0) {
                var image = tested.image();
                tested = new Sessions();
                tested.restore(image);
            }
        }
    }

    private static void record(TreeMap<Long, Sessions.Session> model, WriteId id, long doneBelow, long time) {
        Sessions.Session session = model.computeIfAbsent(id.client(), Sessions.Session::new);
        session.lastTimestamp = time;
        session.doneBelow = Math.max(session.doneBelow, doneBelow);
        session.outcomes.headMap(session.doneBelow).clear();
        if (id.sequence() >= session.doneBelow) {
            session.outcomes.put(id.sequence(), APPLIED);
        }
    }

    private static void expire(TreeMap<Long, Sessions.Session> model, long silentSince, long goneSince) {
        model.values().removeIf(session -> session.lastTimestamp < goneSince);
        for (Sessions.Session session : model.values()) {
            if (session.lastTimestamp < silentSince && !session.outcomes.isEmpty()) {
                session.doneBelow = session.outcomes.lastKey() + 1;
                session.outcomes.clear();
            }
        }
    }

    private static String described(Collection<Sessions.Session> sessions) {
        return sessions.stream()
                .sorted(Comparator.comparingLong(session -> session.client))
                .map(it -> it.client + " " + it.doneBelow + " " + it.lastTimestamp + " " + it.outcomes)
                .collect(Collectors.joining("\n"));
    }

    /** It is encoded by another thread while the partition goes on. */
    @Test
    void anImageStaysAsItIs() {
        sessions.record(id(1, 1), 0, 10, APPLIED);
        sessions.record(id(2, 1), 0, 20, APPLIED);
        sessions.record(id(3, 1), 0, 30, APPLIED);
        List<Sessions.Session> image = sessions.image();
        String before = described(image);

        sessions.record(id(3, 2), 2, 40, APPLIED);
        sessions.record(id(3, 3), 2, 41, APPLIED);
        sessions.expire(15, 5);
        assertThat(described(image)).isEqualTo(before);
        assertThat(described(sessions.image())).isNotEqualTo(before);

        var restored = new Sessions();
        restored.restore(image);
        restored.record(id(1, 2), 2, 50, APPLIED);
        assertThat(described(image)).isEqualTo(before);
    }
}
