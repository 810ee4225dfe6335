package io.holdfast.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/** Comments of a resource, which the library does not give to its callers in full. */
final class ReferenceText {
    private ReferenceText() {}

    static List<String> lines(String resource) {
        try (InputStream in = Objects.requireNonNull(ReferenceText.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The comment directly above a line (counted from 1), as one line of text; empty when there is none. */
    static String commentAbove(String resource, int line) {
        List<String> lines = lines(resource);
        Deque<String> comment = new ArrayDeque<>();
        for (int i = line - 2; i >= 0 && lines.get(i).strip().startsWith("#"); i--) {
            comment.addFirst(lines.get(i).strip().substring(1).strip());
        }
        return String.join(" ", comment);
    }

    /** Whether a comment stands above the line, with nothing but other settings of the same group between. */
    static boolean isExplained(String resource, int line) {
        List<String> lines = lines(resource);
        for (int i = line - 1; i >= 0 && !lines.get(i).isBlank(); i--) {
            if (lines.get(i).strip().startsWith("#")) {
                return true;
            }
        }
        return false;
    }
}
