package io.holdfast.persistence;

import static io.holdfast.persistence.SealedRecord.blob;
import static io.holdfast.persistence.SealedRecord.putBlob;
import static io.holdfast.persistence.SealedRecord.text;
import static io.holdfast.persistence.SealedRecord.utf8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** An object as Pekko's serialization left it: who can read it (serializer id, manifest) and its bytes. */
public record SerializedObject(int serializerId, String manifest, byte[] bytes) {

    public int size() {
        return Integer.BYTES + Integer.BYTES + utf8(manifest).length + Integer.BYTES + bytes.length;
    }

    public void writeTo(ByteBuffer to) {
        to.putInt(serializerId);
        putBlob(putBlob(to, utf8(manifest)), bytes);
    }

    public static SerializedObject readFrom(ByteBuffer from) {
        return new SerializedObject(from.getInt(), text(from), blob(from));
    }

    public static int optionalSize(Optional<SerializedObject> object) {
        return 1 + object.map(SerializedObject::size).orElse(0);
    }

    public static void writeOptional(Optional<SerializedObject> object, ByteBuffer to) {
        to.put((byte) (object.isPresent() ? 1 : 0));
        object.ifPresent(present -> present.writeTo(to));
    }

    public static Optional<SerializedObject> readOptional(ByteBuffer from) {
        return switch (from.get()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(readFrom(from));
            default -> throw new StorageException.Corrupt("the record's metadata flag is neither 0 nor 1");
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SerializedObject that
                && serializerId == that.serializerId
                && manifest.equals(that.manifest)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * manifest.hashCode() + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "SerializedObject[" + serializerId + ", " + manifest + ", " + bytes.length + " bytes]";
    }
}
