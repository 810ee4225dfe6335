package io.holdfast.core.sim;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.CommittedModel;
import io.holdfast.core.store.Query;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads the live keys out of an encoded image, by the documented format and not by the production decoder. */
final class ImageContent {
    private ImageContent() {}

    static void check(Bytes image, CommittedModel model) {
        List<Query.KeyValue> found = read(ByteBuffer.wrap(image.unsafeArray()));
        if (!found.equals(model.content())) {
            throw CheckFailed.of("the replicas hold %s, committed is %s", found, model.content());
        }
    }

    private static List<Query.KeyValue> read(ByteBuffer in) {
        in.get();
        in.getLong();
        for (int members = in.getInt(); members > 0; members--) {
            Bytes.read(in, in.getShort());
            in.getLong();
        }
        in.get();
        in.getLong();
        in.getLong();
        in.getLong();
        for (int sessions = in.getInt(); sessions > 0; sessions--) {
            in.getLong();
            in.getLong();
            in.getLong();
            for (int outcomes = in.getInt(); outcomes > 0; outcomes--) {
                in.getLong();
                in.get();
                in.getLong();
            }
        }
        var live = new ArrayList<Query.KeyValue>();
        for (int keys = in.getInt(); keys > 0; keys--) {
            Bytes key = Bytes.read(in, in.getShort());
            int versions = in.getInt();
            for (int number = 0; number < versions; number++) {
                long version = in.getLong();
                int length = in.getInt();
                Bytes value = Bytes.read(in, Math.max(0, length));
                if (number == 0 && length >= 0) {
                    live.add(new Query.KeyValue(key, value, version));
                }
            }
        }
        return live;
    }

    /** The lines in which two images differ, for a reader. */
    static String difference(Bytes one, Bytes other) {
        List<String> left = lines(ByteBuffer.wrap(one.unsafeArray()));
        List<String> right = lines(ByteBuffer.wrap(other.unsafeArray()));
        var onlyLeft = new ArrayList<>(left);
        onlyLeft.removeAll(right);
        right.removeAll(left);
        return onlyLeft + " against " + right + " where both have "
                + left.stream()
                        .filter(it -> it.startsWith("last") || it.startsWith("hor"))
                        .toList();
    }

    private static List<String> lines(ByteBuffer in) {
        var lines = new ArrayList<String>();
        in.get();
        lines.add("term " + in.getLong());
        for (int members = in.getInt(); members > 0; members--) {
            lines.add("member " + Bytes.read(in, in.getShort()).toUtf8() + " " + in.getLong());
        }
        in.get();
        lines.add("index " + in.getLong());
        lines.add("last timestamp " + in.getLong());
        lines.add("horizon " + in.getLong());
        for (int sessions = in.getInt(); sessions > 0; sessions--) {
            String session = "client " + in.getLong() + " done below " + in.getLong() + " last " + in.getLong();
            for (int outcomes = in.getInt(); outcomes > 0; outcomes--) {
                session += " #" + in.getLong() + " kind " + in.get() + " " + in.getLong();
            }
            lines.add(session);
        }
        for (int keys = in.getInt(); keys > 0; keys--) {
            String key = Bytes.read(in, in.getShort()).toUtf8();
            for (int versions = in.getInt(); versions > 0; versions--) {
                long version = in.getLong();
                int length = in.getInt();
                lines.add(key + " @" + version + " " + (length < 0 ? "deleted" : Bytes.read(in, length)));
            }
        }
        return lines;
    }
}
