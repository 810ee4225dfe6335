package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The program that runs sites, and what they leave behind. */
final class Program {
    private Program() {}

    /** The launcher of this directory of Holdfast. */
    static Path of(Path home) throws IOException {
        Path program = home.resolve("bin/holdfast").toAbsolutePath().normalize();
        if (!Files.isExecutable(program)) {
            throw new IOException("There is no program '" + program + "': give the directory of Holdfast with "
                    + "-Dholdfast.home, or a running cluster with -Dholdfast.endpoints.");
        }
        return program;
    }

    /** Removes a directory with all in it, if it is there. */
    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("The data in " + directory + " cannot be removed", failed);
        }
    }
}
