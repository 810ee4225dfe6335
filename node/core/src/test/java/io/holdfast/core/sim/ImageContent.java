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
}
