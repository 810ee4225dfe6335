package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.StorageException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** One resource a directory in the whole process, made for its first user and closed after its last. Thread-safe. */
final class SharedByDirectory<T extends AutoCloseable> {
    private record Shared<T>(T resource, int users) {}

    private final Map<Path, Shared<T>> byDirectory = new HashMap<>();

    synchronized T acquire(Path directory, Supplier<T> make) {
        Shared<T> shared = byDirectory.getOrDefault(directory, new Shared<>(null, 0));
        T resource = shared.users() == 0 ? make.get() : shared.resource();
        byDirectory.put(directory, new Shared<>(resource, shared.users() + 1));
        return resource;
    }

    synchronized void release(Path directory) {
        Shared<T> shared = byDirectory.get(directory);
        if (shared == null) {
            throw new IllegalStateException("released more often than acquired: " + directory);
        }
        if (shared.users() > 1) {
            byDirectory.put(directory, new Shared<>(shared.resource(), shared.users() - 1));
            return;
        }
        byDirectory.remove(directory);
        try {
            shared.resource().close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StorageException("Closing " + directory + " failed: " + e.getMessage(), e);
        }
    }
}
