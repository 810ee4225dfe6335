package io.holdfast.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** Bytes that are on disks already: hex with white space and comments, in the test resources. */
public final class Golden {
    private Golden() {}

    public static Bytes read(String name) throws IOException {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".hex")) {
            String hex = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceAll("#.*", "").replaceAll("\\s", ""))
                    .collect(Collectors.joining());
            return Bytes.wrap(HexFormat.of().parseHex(hex));
        }
    }

    /** All that an interrupted write or read could leave of the bytes, and the bytes with something behind. */
    public static Iterable<Bytes> damaged(Bytes whole) {
        byte[] array = whole.unsafeArray();
        return () -> java.util.stream.IntStream.rangeClosed(0, array.length)
                .mapToObj(length -> length < array.length
                        ? Bytes.wrap(java.util.Arrays.copyOf(array, length))
                        : Bytes.wrap(java.util.Arrays.copyOf(array, array.length + 1)))
                .iterator();
    }
}
