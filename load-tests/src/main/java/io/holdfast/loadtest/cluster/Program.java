package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program that runs sites. */
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
}
