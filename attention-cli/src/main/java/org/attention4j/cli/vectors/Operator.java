package org.attention4j.cli.vectors;

import java.util.Map;
import org.attention4j.api.Tensor;

/** How the cases of one operator are put to a mixer. */
interface Operator {
    /** The operator's name in {@code cases.jsonl}. */
    String name();

    /**
     * Computes what a case asks for.
     *
     * @return results and gradients under the case's names: {@code output.NAME}, {@code grad.input.NAME}, {@code
     *     grad.param.NAME}
     * @throws UnsupportedCaseException if the library does not promise what the case asks for
     */
    Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException;

    /**
     * Whether every number that the case's definition reads is finite, so that the library promises finite results even
     * where the reference answers NaN.
     */
    default boolean promisesNumbers(ReferenceCase reference) throws UnsupportedCaseException {
        return reference.inputNames().stream().allMatch(reference::isFinite);
    }
}
