package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Collects the chunks of one image, in order. A chunk of another image starts anew; a wrong checksum does, too. */
final class ImageReceiver {
    private long index;
    private long term;
    private int count;
    private int checksum;
    private int next;
    private ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private Optional<Bytes> complete = Optional.empty();

    /** Answers the number of the chunk that is wanted next. */
    int take(ImageChunk chunk) {
        boolean sameImage = chunk.imageIndex() == index
                && chunk.imageTerm() == term
                && chunk.count() == count
                && chunk.checksum() == checksum;
        if (!sameImage) {
            restart(chunk);
        }
        if (chunk.number() == next) {
            collected.writeBytes(chunk.bytes().unsafeArray());
            next++;
        }
        if (next == count) {
            finish();
        }
        return next;
    }

    private void restart(ImageChunk chunk) {
        index = chunk.imageIndex();
        term = chunk.imageTerm();
        count = chunk.count();
        checksum = chunk.checksum();
        next = 0;
        collected = new ByteArrayOutputStream();
    }

    private void finish() {
        byte[] image = collected.toByteArray();
        var crc = new CRC32C();
        crc.update(image);
        collected = new ByteArrayOutputStream();
        index = 0;
        if ((int) crc.getValue() == checksum) {
            complete = Optional.of(Bytes.wrap(image));
        } else {
            next = 0;
        }
    }

    /** The whole image, once, after its last chunk. */
    Optional<Bytes> complete() {
        Optional<Bytes> result = complete;
        complete = Optional.empty();
        return result;
    }
}
