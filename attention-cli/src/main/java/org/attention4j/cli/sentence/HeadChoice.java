package org.attention4j.cli.sentence;

import java.math.BigInteger;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which layers and heads are looked at: one of each, or the mean of all. They are numbered from 1.
 *
 * @param layer one layer, or empty for all
 * @param head one head, or empty for all
 */
public record HeadChoice(OptionalInt layer, OptionalInt head) {
    /** All layers and heads. */
    public static final HeadChoice ALL = new HeadChoice(OptionalInt.empty(), OptionalInt.empty());

    /**
     * What was asked for of a model.
     *
     * @param layer a number, or null for all
     * @param layers of the model
     * @param head a number, or null for all
     * @param heads of each layer
     * @return the choice
     * @throws IllegalArgumentException if there is no such layer or head
     */
    public static HeadChoice of(@Nullable BigInteger layer, int layers, @Nullable BigInteger head, int heads) {
        return new HeadChoice(checked("layer", layer, layers), checked("head", head, heads));
    }

    private static OptionalInt checked(String what, @Nullable BigInteger chosen, int count) {
        if (chosen == null) {
            return OptionalInt.empty();
        }
        boolean there = chosen.signum() > 0 && chosen.compareTo(BigInteger.valueOf(count)) <= 0;
        check(there, what, chosen, count);
        return OptionalInt.of(chosen.intValue());
    }

    /**
     * Refuses what a model does not have.
     *
     * @param layers of the model
     * @param heads of each layer
     * @throws IllegalArgumentException if there is no such layer or head
     */
    public void check(int layers, int heads) {
        layer.ifPresent(one -> check(one >= 1 && one <= layers, "layer", one, layers));
        head.ifPresent(one -> check(one >= 1 && one <= heads, "head", one, heads));
    }

    private static void check(boolean there, String what, Number chosen, int count) {
        if (!there) {
            throw new IllegalArgumentException(
                    "no " + what + " " + chosen + ": the model has the " + what + "s 1 to " + count);
        }
    }

    /**
     * The layers chosen.
     *
     * @param count how many the model has
     * @return their indexes from 0
     */
    public int[] layers(int count) {
        return indexes(layer, count);
    }

    /**
     * The heads chosen.
     *
     * @param count how many a layer has
     * @return their indexes from 0
     */
    public int[] heads(int count) {
        return indexes(head, count);
    }

    private static int[] indexes(OptionalInt chosen, int count) {
        return chosen.isPresent()
                ? new int[] {chosen.getAsInt() - 1}
                : IntStream.range(0, count).toArray();
    }

    /**
     * The choice in words.
     *
     * @param layers of the model
     * @param heads of each layer
     * @return for example {@code layer 3, mean of its 12 heads}
     */
    public String describe(int layers, int heads) {
        if (layer.isPresent() && head.isPresent()) {
            return "layer " + layer.getAsInt() + ", head " + head.getAsInt();
        }
        if (layer.isPresent()) {
            return "layer " + layer.getAsInt() + ", mean of its " + heads + " heads";
        }
        if (head.isPresent()) {
            return "head " + head.getAsInt() + ", mean of the " + layers + " layers";
        }
        return "mean of " + layers + " layers of " + heads + " heads";
    }
}
