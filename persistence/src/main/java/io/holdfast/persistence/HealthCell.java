package io.holdfast.persistence;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The current health of one storage and those who want to know of changes. Thread-safe. */
public final class HealthCell {
    private static final Logger LOG = LoggerFactory.getLogger(HealthCell.class);

    private final String place;
    private final Clock clock;
    private final List<Consumer<StorageHealth>> listeners = new CopyOnWriteArrayList<>();
    private volatile StorageHealth current;

    public HealthCell(String place, Clock clock) {
        this.place = place;
        this.clock = clock;
        this.current = new StorageHealth(place, StorageHealth.State.OPENING, "", clock.instant());
    }

    public StorageHealth current() {
        return current;
    }

    /** Keeps the time of the first report of a state: repeats of the same state only refresh the message. */
    public synchronized void report(StorageHealth.State state, String message) {
        StorageHealth before = current;
        if (before.state() == state && before.message().equals(message)) {
            return;
        }
        var since = before.state() == state ? before.since() : clock.instant();
        current = new StorageHealth(place, state, message, since);
        if (before.state() != state) {
            log();
            listeners.forEach(this::tell);
        }
    }

    /** The listener hears the current state at once and every change of state after it, in order. */
    public synchronized void subscribe(Consumer<StorageHealth> listener) {
        listeners.add(listener);
        tell(listener);
    }

    public void unsubscribe(Consumer<StorageHealth> listener) {
        listeners.remove(listener);
    }

    private void tell(Consumer<StorageHealth> listener) {
        try {
            listener.accept(current);
        } catch (RuntimeException e) {
            LOG.error("A listener to the health of {} failed; the storage goes on, mend the listener", place, e);
        }
    }

    private void log() {
        if (current.ok()) {
            LOG.info("Storage in {} is ready", place);
        } else if (!current.message().isEmpty()) {
            LOG.error("{}", current.message());
        }
    }
}
