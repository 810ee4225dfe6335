package io.holdfast.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The bytes of a file of settings. The library reads what is no text with other letters in its place, and so another value. */
final class SettingsText {
    private SettingsText() {}

    /**
     * A file that cannot be read at all is left to the library.
     *
     * @param name as messages show it
     * @throws SettingsException with the line, when the file is not in UTF-8
     */
    static void requireUtf8(Path file, String name) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException unreadable) {
            return;
        }
        firstOther(bytes).ifPresent(position -> {
            long line = 1;
            for (int i = 0; i < position; i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new SettingsException(List.of(new SettingsProblem(
                    "",
                    Optional.of(String.format(
                            Locale.ROOT, "The file is not in UTF-8: the byte 0x%02x is no text", bytes[position])),
                    name + ":" + line,
                    "text in UTF-8",
                    "write this line anew, or convert the file, such as with: iconv -f ISO-8859-1 -t UTF-8")));
        });
    }

    private static Optional<Integer> firstOther(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CoderResult result = decoder.decode(in, CharBuffer.allocate(bytes.length), true);
        return result.isError() ? Optional.of(in.position()) : Optional.empty();
    }
}
