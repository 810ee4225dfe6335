package io.holdfast.persistence.rocksdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The moments at which what a file holds, and the names in a directory, become durable. A seam, so that tests can stand there and make the disk fail. */
@FunctionalInterface
interface DiskSync {
    DiskSync TO_DISK = directory -> {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    };

    /** Returns when the names in a directory are on disk. */
    void sync(Path directory) throws IOException;

    /** Returns when what was written to a file is on disk. By the channel that wrote it, which hears of each page that was not. */
    default void syncContent(Path file, FileChannel written) throws IOException {
        written.force(true);
    }

    /** Creates a directory that is missing, and those above it: with a name that a power cut takes, all is lost that is in it. */
    default void create(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = directory.toAbsolutePath().getParent();
            create(parent);
            // Another thread may create the same one, for the journal.
            Files.createDirectories(directory);
            sync(parent);
        }
    }
}
