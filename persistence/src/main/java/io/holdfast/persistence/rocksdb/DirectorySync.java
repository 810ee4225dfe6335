package io.holdfast.persistence.rocksdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The one moment at which the names in a directory become durable. A seam, so that tests can make the disk fail there. */
@FunctionalInterface
interface DirectorySync {
    DirectorySync TO_DISK = directory -> {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    };

    void sync(Path directory) throws IOException;

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
