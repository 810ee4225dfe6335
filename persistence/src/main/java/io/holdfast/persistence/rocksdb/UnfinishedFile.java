package io.holdfast.persistence.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** What is written beside the snapshots and is none yet. Whatever a crash leaves of it goes at the next start. */
final class UnfinishedFile {
    private static final String SUFFIX = ".unfinished";
    /** A disk that has only just the room for a snapshot has none for what else is written to it meanwhile. */
    private static final long MARGIN = 1 << 20;

    private UnfinishedFile() {}

    /** A name that no other file has. */
    static Path in(Path home, String purpose) {
        return home.resolve(purpose + "-" + UUID.randomUUID() + SUFFIX);
    }

    static void discard(Path unfinished, Exception because) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            // It stays until the next start, which removes it.
            because.addSuppressed(e);
        }
    }

    /** What a crash in the middle of a save has left. */
    static void removeAll(Path directory) throws IOException {
        try (var files =
                Files.find(directory, 2, (file, attributes) -> file.toString().endsWith(SUFFIX))) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Fails where a file of that many bytes would. It writes next to nothing, as this may be tried for days. */
    static void tryOut(Path home, long bytes) throws IOException {
        long free = Files.getFileStore(home).getUsableSpace();
        if (free < bytes + MARGIN) {
            throw new IOException(free + " bytes are free for one of " + bytes);
        }
        Path file = in(home, "probe");
        try {
            Files.write(file, new byte[1], StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC);
            Files.delete(file);
        } catch (IOException e) {
            discard(file, e);
            throw e;
        }
    }
}
