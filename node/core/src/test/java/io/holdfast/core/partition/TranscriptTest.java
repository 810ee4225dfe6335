package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays all transcripts and compares what comes out with what stands there. With -Dtranscripts.rewrite=true it writes down what
 * came out instead: read the difference before you commit it.
 */
class TranscriptTest {
    private static final Path TRANSCRIPTS = Path.of("src/test/resources/transcripts");

    static List<String> transcripts() throws IOException {
        try (Stream<Path> files = Files.list(TRANSCRIPTS)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void playsAsWritten(String name) throws IOException {
        Path file = TRANSCRIPTS.resolve(name);
        String written = Files.readString(file);

        String played = play(written);

        if (Boolean.getBoolean("transcripts.rewrite")) {
            Files.writeString(file, played);
        } else {
            assertThat(played).isEqualTo(written);
        }
    }

    /** Keeps comments and commands, and puts what comes out of each command under it, indented. */
    private static String play(String written) {
        var transcript = new Transcript();
        var played = new StringBuilder();
        for (String line : written.lines().toList()) {
            if (line.startsWith("    ")) {
                continue;
            }
            played.append(line).append('\n');
            if (!line.isBlank() && !line.startsWith("#")) {
                transcript.run(line).lines().forEach(it -> played.append("    ")
                        .append(it)
                        .append('\n'));
            }
        }
        return played.toString();
    }
}
