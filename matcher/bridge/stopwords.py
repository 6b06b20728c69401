"""Words that carry grammar rather than meaning, in the languages written with Latin letters.

They are skipped when phrases are matched, so that "entrada al mercado" meets "entrada en el mercado",
and they leave no trace in glosses and terms.
"""

from models.vocabulary import Language

_ENGLISH = """
a about after all also although am an and any are as at be because been before being between both but by can
could did do does doing done each either every few for from had has have having he her here hers him his how
however i if in into is it its itself just let like may me might more most much must my neither no nor not
now of off on once one only or other our ours out over own per rather same shall she should since so some
such than that the their theirs them themselves then there these they this those though through thus to too
under until up upon us very via was we were what when where whether which while who whom whose why will with
within without would yet you your
"""
_GERMAN = """
ab aber alle allem allen aller alles als also am an ander andere anderen anderer anderes auch auf aus bei
beim bereits beziehungsweise bin bis bislang bist bzgl bzw da dabei dadurch dafür damit danach dann daran
darauf daraus darin das dass davon dazu dem den denen denn der deren derzeit des deshalb dessen die dies
diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwa euer für
gegen gern gerne habe haben habt hat hatte hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer
ihres im in indem ins ist ja je jede jedem jeden jeder jedes jedoch kann kein keine keinem keinen keiner
können könnte lassen lässt man mehr mein mich mir mit muss möchte möchten müssen nach nicht noch nun nur ob
oder ohne schon sein seine seinem seinen seiner seit selbst sich sie sind so sobald sodass soll sollen
sollte sondern sonst soweit sowie sowohl statt um und uns unser unsere unserem unseren unserer unseres unter
vom von vor wann war waren warum was weil welche welchem welchen welcher welches wenn wer werde werden wie
wieder will wir wird wo wobei wofür wollen worden wurde wurden würde würden zu zudem zuerst zugleich zum zur
zwar zwischen über
"""
_SPANISH = """
a al algo alguna algunas alguno algunos algún ante antes aquel aquella aquellas aquellos aquí así aun aunque
aún bajo bien cada casi como con contra cual cuales cualquier cuando cuanto cuya cuyas cuyo cuyos de del
desde donde dos durante e el ella ellas ello ellos en entre era eran es esa esas ese eso esos esta estaba
estamos estar estas este esto estos está están fue fueron ha haber había hacia han hasta hay he hemos la las
le les lo los me mediante mi mientras mis misma mismo muy más ni no nos nosotros nuestra nuestras nuestro
nuestros o otra otras otro otros para pero poco podría podrían por porque puede pueden pues que quien
quienes qué se sea sean según ser si sido siempre sin sino sobre somos son su sus sí tal también tampoco tan
tanto te tenemos tiene tienen toda todas todo todos tras tu tus u un una unas uno unos usted ustedes y ya yo
él
"""

STOP_WORDS = {
    Language.EN: frozenset(_ENGLISH.split()),
    Language.DE: frozenset(_GERMAN.split()),
    Language.ES: frozenset(_SPANISH.split()),
}
