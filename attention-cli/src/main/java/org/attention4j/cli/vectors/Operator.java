package org.attention4j.cli.vectors;

import java.util.Map;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
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
     * Makes the mixer that a case is put to.
     *
     * @throws UnsupportedCaseException if the mixer's options do not reach so far
     */
    static SequenceMixer mixer(Mixers mixers, String id, MixerConfig config, NamedTensors parameters)
            throws UnsupportedCaseException {
        try {
            mixers.spec(id, config);
        } catch (BadConfigurationException refused) {
            throw new UnsupportedCaseException(id + ": " + refused.getMessage());
        }
        return mixers.create(id, config, ParameterSource.of(parameters));
    }

    /**
     * Whether every number that the case's definition reads is finite, so that the library promises finite results even
     * where the reference answers NaN.
     */
    default boolean promisesNumbers(ReferenceCase reference) throws UnsupportedCaseException {
        return reference.inputNames().stream().allMatch(reference::isFinite);
    }
}
