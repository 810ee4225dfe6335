package io.holdfast.loadtest.load;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values that follow from their number, so that one found under a wrong key, or cut short, shows.
 *
 * @param least the least size in bytes; a value is never shorter than its number
 * @param most the largest
 */
public record Values(int least, int most) {
    private static final Pattern FORM = Pattern.compile("(\\d+)(?:-(\\d+))?");
    private static final int LARGEST = 1 << 20;
    private static final String FILLING = "abcdefghijklmnopqrstuvwxyz012345";

    public Values {
        if (least < 1 || most < least || most > LARGEST) {
            throw new IllegalArgumentException(
                    "Values of " + least + " to " + most + " bytes are none: give 1 to " + LARGEST + ".");
        }
    }

    /** {@code 256}, or {@code 100-1000} for all sizes between. */
    public static Values parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("The size of values is '" + text + "': give bytes, as 256 or 100-1000.");
        }
        int least = Integer.parseInt(form.group(1));
        return new Values(least, form.group(2) == null ? least : Integer.parseInt(form.group(2)));
    }

    /** The value of this number. */
    public byte[] of(long number) {
        int size = least + Math.floorMod(number * 31, most - least + 1);
        StringBuilder text = new StringBuilder(size).append(number).append('/');
        int offset = Math.floorMod(number, FILLING.length());
        while (text.length() < size) {
            text.append(FILLING.charAt((offset + text.length()) % FILLING.length()));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
