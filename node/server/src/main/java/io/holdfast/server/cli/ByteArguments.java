package io.holdfast.server.cli;

import io.holdfast.client.Key;
import io.holdfast.client.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Keys and values on a command line: text, or with {@code --hex} any bytes. */
public final class ByteArguments {
    private static final HexFormat HEX = HexFormat.of();

    @Option(names = "--hex", description = "Keys and values are written and shown in hexadecimal.")
    private boolean hex;

    Key key(String argument) {
        return hex ? Key.of(parseHex("key", argument)) : Key.of(argument);
    }

    byte[] prefix(String argument) {
        return hex ? parseHex("prefix", argument) : argument.getBytes(StandardCharsets.UTF_8);
    }

    /** The value given; {@code -} is standard input, which is taken as it is without {@code --hex}. */
    byte[] value(String argument, Terminal terminal) {
        if (!argument.equals("-")) {
            return hex ? parseHex("value", argument) : argument.getBytes(StandardCharsets.UTF_8);
        }
        try {
            // One byte beyond the limit is enough to know that it is too long; two digits make a byte.
            byte[] read = terminal.in().readNBytes(hex ? 2 * Limits.MAX_VALUE_BYTES + 3 : Limits.MAX_VALUE_BYTES + 1);
            return hex ? parseHex("value", new String(read, StandardCharsets.US_ASCII).strip()) : read;
        } catch (IOException failed) {
            throw new UncheckedIOException("Standard input cannot be read: " + failed.getMessage(), failed);
        }
    }

    /** The bytes for one line of output: text as it is, and bytes that are no text in hexadecimal with a leading 0x. */
    String show(byte[] bytes) {
        if (hex) {
            return HEX.formatHex(bytes);
        }
        return utf8(bytes).orElseGet(() -> "0x" + HEX.formatHex(bytes));
    }

    /** The bytes as text, if they are well-formed UTF-8. */
    public static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    private static byte[] parseHex(String what, String digits) {
        try {
            return HEX.parseHex(digits);
        } catch (IllegalArgumentException mistake) {
            throw CommandFailure.usage("The " + what + " is not hexadecimal (" + mistake.getMessage()
                    + "): give two digits for each byte, such as 00ff.");
        }
    }
}
