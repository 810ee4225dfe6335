package io.holdfast.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Takes the disks of nodes that do not run. */
public final class Disks {
    private Disks() {}

    public static void wipe(Path directory) {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the disk " + directory + " cannot be wiped", e);
        }
    }
}
